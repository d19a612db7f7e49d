"""The node file as `armslength init` writes it: every key there, the ones that need a decision commented out."""

from __future__ import annotations

import json

__all__ = ["node_file"]

_TEXT = """\
# The node file of {who}. docs/home.md explains every key.
# Every number carries its unit. What was agreed with others does not stand here, but in the agreement.

party = {party}
post = {post}    # the duty post that answers; never a person

[listen]
ground_line = "127.0.0.1:9443"    # where counterparts call; "0.0.0.0:9443" for all interfaces; "" if only we call
api = "127.0.0.1:8443"            # the local API; keep it on this machine

# Whom we call, best way first. Who may call us is said by the agreement, not here.
# [[counterpart]]
# name = "South"
# dial = ["wss://192.0.2.7:9443/ground", "wss://198.51.100.7:9443/ground"]

# What the node hears. Give as many as there are.
# [[feed]]
# name = "antenna roof"
# kind = "readsb"                 # aircraft.json of readsb, tar1090 or dump1090: url or path
# url = "http://127.0.0.1:8080/data/aircraft.json"
# every = "1 s"
#
# [[feed]]
# name = "antenna hill"
# kind = "sbs"                    # BaseStation lines over TCP
# host = "127.0.0.1"
# port = 30003
#
# [[feed]]
# name = "own radar"
# kind = "json_lines"             # our own form: path (file or pipe), or host and port
# path = "/run/tracks.jsonl"
#
# [[feed]]
# name = "exercise"
# kind = "recording"              # a recording, played as if it were now
# path = "day.parquet"

# On which frequencies of an agreement there is a radio; those that the terms mark for data carry messages.
# [[radio]]
# counterpart = "South"
# frequency = "F1"                # its id in the agreed plan
# callsign = "NORTH1"             # of the station on the air
# via = "sound:USB Audio"         # or "kiss:127.0.0.1:8001" (a TNC), or "ether:8650" (simulated)
# modem = "afsk"                  # or "datac3"
# ptt = "vox"                     # or "rts:/dev/ttyUSB0", "command:..."

[plots]
retention = "30 d"                # how long plots are kept ...
budget = "20 GB"                  # ... and how much room they may take; the oldest go first

[clock]
speed = 1                         # seconds of the node's clock in one real second; more than 1 for exercises only
"""


def node_file(party: str, post: str) -> str:
    """Return a commented node file for `party` and its duty `post`."""
    return _TEXT.format(who=party, party=_quoted(party), post=_quoted(post))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
