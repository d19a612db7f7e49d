"""Imported by the process from which node processes are forked: it loads what a node would load in its first second.

So a node that was killed is back in a moment, and hundreds of kills fit into a minute or two.
"""

from __future__ import annotations

import time

from armslength.adapters.certificates import fingerprint, make_certificate
from armslength.bench import link_node
from armslength.node.core.watching import Watching

__all__ = ["link_node"]

Watching("warm", None, []).look(time.time_ns())
fingerprint(make_certificate()[1].decode())
