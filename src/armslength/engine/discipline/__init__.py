"""Rules about discipline that are judged from what was written and asked for, not from tracks: D06. No I/O.

A rule gets facts (`domain.talk`, and its own) in their order and time between them, and gives findings.
"""
