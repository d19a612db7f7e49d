"""Rules C01 to C09: what was said between the posts, or not, judged by the terms. One file for each rule; no I/O.

A rule gets facts (`domain.talk`) in their order and time between them, and gives findings (`domain.finding`). What it
needs the terms hold; `registry.RULES` has them all with their words.
"""
