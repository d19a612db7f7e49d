"""An alert as the coded traffic advisory to the other post: what one's own radar sees, as coarse as the terms want it.

Nothing of it names an aircraft. `clock` and `range_m` are seen from the addressee's aircraft.
"""

from __future__ import annotations

import math

from armslength.agreement.terms import BAROMETRIC, Terms
from armslength.domain.alert import Alert, Tier
from armslength.domain.picture import LEVEL_BAROMETRIC, LEVEL_ENTERED, LEVEL_GEOMETRIC, Snapshot
from armslength.units import FT, NS

EARTH_M = 6_371_008.8
"""Mean radius [m]: good for words that are rounded to a mile and an hour of the clock."""
POINTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
LEAST_VALID_S, MOST_VALID_S = 30.0, 180.0
SPELLED = {LEVEL_BAROMETRIC: "STANDARD", LEVEL_GEOMETRIC: "GEOMETRIC"}
"""How a message names the datum of a level."""
FARTHEST_M, LONGEST_S = 500_000, 3600


def fields(alert: Alert, snapshot: Snapshot, terms: Terms) -> dict[str, str | int] | None:
    """Return the fields of the TFA about `alert`, or None where either aircraft is no longer in the picture.

    Args:
        alert: of the pair.
        snapshot: the picture now.
        terms: for the floors of coarseness: ranges and times are rounded down to them, levels to the nearest; and for
            the datum of levels that an officer entered.
    """
    coarse = terms.disclosure
    floor_h_m, floor_v_m, floor_s = coarse.floor_horizontal_m, coarse.floor_vertical_m, coarse.floor_time_s
    own, theirs = (
        (alert.first, alert.second) if alert.own_side == "first" else (alert.second, alert.first)
    )  # the addressee's crew looks from theirs at own
    try:
        at, seen = snapshot.addresses.index(theirs.leading), snapshot.addresses.index(own.leading)
    except ValueError:
        return None
    north, east = _offset(snapshot, at, seen)
    bearing = math.degrees(math.atan2(east, north)) - float(snapshot.track_deg[at])
    hour = round(bearing % 360.0 / 30.0) % 12 or 12
    out: dict[str, str | int] = {
        "clock": hour,
        "urgency": "URGENT" if alert.tier >= Tier.ALERT else "NORMAL",
        "range_m": min(_down(math.hypot(north, east), floor_h_m), FARTHEST_M),
        "direction": POINTS[round(float(snapshot.track_deg[seen]) % 360.0 / 45.0) % 8],
    }
    if math.isfinite(alert.t_cpa_s):  # what lies beyond the look-ahead is not known, and not said
        out["closest_s"] = min(int(max(alert.t_cpa_s, 0.0) // floor_s * floor_s), LONGEST_S)
    level, datum = float(snapshot.level_m[seen]), int(snapshot.datum[seen])
    if datum == LEVEL_ENTERED:
        datum = LEVEL_BAROMETRIC if terms.datum == BAROMETRIC else LEVEL_GEOMETRIC
    if math.isfinite(level) and datum in SPELLED:
        sigma = math.hypot(float(snapshot.sigma_v_m[seen]), floor_v_m / 4.0)
        out["level_ft"] = round(level / floor_v_m) * round(floor_v_m / FT)
        out["level_datum"] = SPELLED[datum]
        out["level_sigma_ft"] = min(math.ceil(sigma / FT), 20_000)
    return out


def valid_until(alert: Alert, now_ns: int) -> int:
    """Return until when the advisory means something, UTC ns: a little beyond the closest point."""
    lasts = min(max(alert.soonest_s + LEAST_VALID_S, LEAST_VALID_S), MOST_VALID_S)
    return now_ns + round(lasts * NS)


def _offset(snapshot: Snapshot, at: int, seen: int) -> tuple[float, float]:
    """Return how far north and east [m] of row `at` row `seen` is: flat, for words."""
    lat, lon = float(snapshot.lat[at]), float(snapshot.lon[at])
    east = (float(snapshot.lon[seen]) - lon + 180.0) % 360.0 - 180.0
    north = math.radians(float(snapshot.lat[seen]) - lat) * EARTH_M
    return north, math.radians(east) * EARTH_M * math.cos(math.radians(lat))


def _down(metres: float, floor_m: float) -> int:
    """Return a distance rounded down to whole floors: nearer than it is, never farther."""
    return int(metres // floor_m * floor_m)
