"""Rules G01 to G14: how aircraft of two parties fly near each other. One file for each rule; pure, over arrays.

A rule gets `domain.meeting.Meetings` (samples of many pairs at once, second by second, with two-sigma bounds) and a
`Context` (terms, parties, regimes, talk), and gives findings (`domain.finding`) as if the usual regime held; `judge`
makes of them what regimes allow. docs/conduct.md says how a rule is written; `g01.py` is the pattern.
"""
