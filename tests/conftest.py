"""What holds for every test."""

from __future__ import annotations

import signal

# A shell that runs something in the background has SIGINT ignored, and so would every node and command started here:
# tests of Ctrl-C must see what a person's Ctrl-C does.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
