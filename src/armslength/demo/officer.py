"""What the duty officers of the demonstration do by hand: a traffic advisory where a node may not send it by itself.

The terms let a node send one only about what several kinds of sources show. An officer who sees it on one alone may
judge for himself; he reads clock and range off his screen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from armslength.units import NM

EARTH_M = 6_371_008.8
"""Mean radius [m]: good for whole miles and hours of the clock."""
ALONE = "one kind of source alone"
"""What a node notes about an aircraft that it may not call about by itself."""
VALID_S = 120.0
"""How long such an advisory means something at most [s]."""


def calls_by_hand(alert: Mapping[str, Any]) -> bool:
    """Return whether the officer calls the other side about `alert`: it sounds, and the node may not call."""
    alone = any(ALONE in str(note) for note in alert["notes"])
    return bool(
        alert["sounds"] and alone and not alert["automatic_ok"] and not alert["own_side_only"]
        and alert["certainty"] != "not_determinable" and alert["t_cpa_s"] != 0.0
    )  # fmt: skip


def advisory(alert: Mapping[str, Any], tracks: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the arguments of `send` for a traffic advisory about `alert`, or None where a track is gone.

    Args:
        alert: as the node tells it.
        tracks: of its picture.
    """
    own, other = ("first", "second") if alert["own_side"] == "first" else ("second", "first")
    by_address = {track["address"]: track for track in tracks}
    seen, at = (by_address.get(alert[side]["leading"]) for side in (own, other))
    if seen is None or at is None or at["track_deg"] is None:
        return None
    east_deg = (seen["lon"] - at["lon"] + 180.0) % 360.0 - 180.0
    north = math.radians(seen["lat"] - at["lat"]) * EARTH_M
    east = math.radians(east_deg) * EARTH_M * math.cos(math.radians(at["lat"]))
    bearing = math.degrees(math.atan2(east, north)) - at["track_deg"]
    closest_s = VALID_S if alert["t_cpa_s"] is None else float(alert["t_cpa_s"])
    lasts = min(max(closest_s + 30.0, 30.0), VALID_S)
    fields = {
        "clock": round(bearing % 360.0 / 30.0) % 12 or 12,
        "urgency": "URGENT",
        "range_m": int(math.hypot(north, east) // NM * NM),
    }
    return {"code": "TFA", "fields": fields, "valid_for": f"{lasts:.0f} s"}
