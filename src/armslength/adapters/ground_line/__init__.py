"""The ground line: WebSocket over TLS 1.3, certificates pinned on both sides, one port, several paths."""

from armslength.adapters.ground_line.dialling import Call
from armslength.adapters.ground_line.limits import Limits
from armslength.adapters.ground_line.line import GroundLine
from armslength.adapters.ground_line.reasons import Why

__all__ = ["Call", "GroundLine", "Limits", "Why"]
