"""What the page says, in words. It never says that anything was clear or safe: it says what was seen, and by what."""

from __future__ import annotations

import re
import unicodedata
from math import isfinite

from armslength.domain.encounter import CERTAIN, NEAR_MISS, POSSIBLE, Encounter
from armslength.units import FT, NM, NS, stamp

LEVELS = {"near_miss": "near miss", "inside": "inside the minima"}
CERTAINTIES = {"certain": "certain", "possible": "possible", "not_determinable": "not determinable"}
_UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown(text: object, longest: int = 400) -> str:
    """Return text from outside as it may stand on the page.

    Control and direction characters become "\N{REPLACEMENT CHARACTER}", so that no call sign rearranges the line it
    stands in, and very long text is cut.
    """
    clean = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in _UNSHOWN else c for c in str(text)[: longest + 1]
    )
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def name(callsign: str, address: str) -> str:
    """Return what an aircraft is called on the page: its call sign, else its address."""
    return shown(callsign.strip() or address, 20)


def clock(ns: int) -> str:
    """Return hours, minutes and seconds UTC."""
    return stamp(round(ns / NS) * NS)[11:19]


def day(ns: int) -> str:
    """Return the date UTC."""
    return stamp(ns)[:10]


def distance(metres: float) -> str:
    """Return a horizontal distance: NM, or feet when it is less than a tenth of one."""
    if not isfinite(metres):
        return "unknown"
    if metres < 0.1 * NM:
        return feet(metres)
    return f"{metres / NM:.2f} NM" if metres < 9.995 * NM else f"{metres / NM:,.1f} NM"


def feet(metres: float) -> str:
    """Return a vertical distance in feet, to ten from a hundred on."""
    if not isfinite(metres):
        return "unknown"
    value = metres / FT
    return f"{round(value, -1) if value >= 99.5 else round(value):,.0f} ft"


def metric(metres: float) -> str:
    """Return a distance in m or km."""
    if not isfinite(metres):
        return "unknown"
    return (
        f"{metres:,.0f} m"
        if metres < 999.5
        else f"{metres / 1000:,.2f} km"
        if metres < 9995
        else f"{metres / 1000:,.1f} km"
    )


def minimum(metres: float) -> str:
    """Return a minimum as people write it: 3 NM, 3,000 ft, 500 ft; metres where neither is round."""
    for unit, size in (("NM", NM), ("ft", FT)):
        value = metres / size
        whole = round(value, 1 if unit == "NM" else 0)
        if abs(value - whole) < 1e-6 * max(1.0, value) and (unit == "ft" or value >= 0.45):
            return f"{whole:,g} {unit}" if whole < 1000 else f"{whole:,.0f} {unit}"
    return f"{metres:,.6g} m"


def duration(seconds: float) -> str:
    """Return a span of time, to the second below an hour, to the minute above."""
    if not isfinite(seconds):
        return "unknown"
    whole = round(seconds)
    if whole >= 3600:
        minutes = round(seconds / 60)
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    parts = [f"{whole // 60} min"] if whole >= 60 else []
    if whole % 60 or not parts:
        parts.append(f"{whole % 60} s")
    return " ".join(parts)


def tight(text: str) -> str:
    """Return text in which no number is parted from its unit at the end of a line."""
    return re.sub(r"(?<=\d) (?=(?:NM|ft|m|km|s|min|h|UTC)\b)", "\N{NO-BREAK SPACE}", text)


def who(one: Encounter) -> tuple[str, str]:
    """Return what the two aircraft of an encounter are called; the address is added where both bear one name."""
    first, second = name(one.first_callsign, one.first), name(one.second_callsign, one.second)
    if first == second:
        return f"{first} ({shown(one.first, 12)})", f"{second} ({shown(one.second, 12)})"
    return first, second


NO_MINIMA, UNTOLD, OUTSIDE, WITHIN = "no minima", "untold", "outside", "within"


def standing(one: Encounter) -> str:
    """Return how an encounter stands to the minima.

    NO_MINIMA: none hold there. UNTOLD: a level is unknown or not on the other's datum, so that it may have been inside.
    OUTSIDE: only a near miss, as its distance is wider than a minimum. WITHIN: inside the minima.
    """
    if "no minima hold" in one.note:  # an exempt area, or outside the area
        return NO_MINIMA
    if not isfinite(one.d_v_m) or mixed(one):
        return UNTOLD
    return OUTSIDE if isfinite(one.ratio) and one.ratio > 1.0 + 1e-6 else WITHIN


def mixed(one: Encounter) -> bool:
    """Return whether the two levels were measured from different datums."""
    return "levels on different datums" in one.note


def level(one: Encounter) -> str:
    """Return the level as a card tells it."""
    near, where = one.level == NEAR_MISS, standing(one)
    if where == OUTSIDE:
        return "near miss, outside the minima" if near else "outside the minima"
    if where == UNTOLD and not near:
        return "perhaps inside the minima"
    return LEVELS.get(one.level, one.level)


def shaded(one: Encounter, near_miss_m: float) -> str:
    """Return what the stay of an encounter was, as in "5 min inside the minima"."""
    where, perhaps = standing(one), "" if isfinite(one.d_v_m) and not mixed(one) else "perhaps "
    edge = f"closer than {minimum(near_miss_m)}" if where in (NO_MINIMA, OUTSIDE) else "inside the minima"
    return perhaps + edge


def passing(one: Encounter) -> str:
    """Return when, who and how near, in one sentence."""
    first, second = who(one)
    said = f"At {clock(one.t_closest)} UTC {first} and {second} {'passed' if one.dwell_s < 150 else 'were'} "
    said += (
        f"{distance(one.d_h_m)} and {feet(one.d_v_m)} apart" if isfinite(one.d_v_m) else f"{distance(one.d_h_m)} apart"
    )
    if one.dwell_s >= 150:
        inside = " inside the minima" if standing(one) == WITHIN else ""
        said += f", the nearest in {duration(one.dwell_s)}{inside}"
    if not isfinite(one.d_v_m):
        return said + "; how far apart vertically is not known."
    return said + ("; their levels are on different datums." if mixed(one) else ".")


def stay(one: Encounter, limit_s: float, near_miss_m: float) -> str:
    """Return how long they stayed inside the minima, and what the terms say to that."""
    where = standing(one)
    lasted = "a moment" if one.dwell_s < 0.5 else duration(one.dwell_s)
    span = f" ({clock(one.opened)} to {clock(one.closed)})"
    if where == NO_MINIMA:  # then the stay is that of the near miss
        were = "they were" if isfinite(one.d_v_m) and not mixed(one) else "they may have been"
        return f"No minima hold there; {were} closer than {minimum(near_miss_m)} for {lasted}."
    if where == OUTSIDE:
        return f"They stayed outside the minima, but were closer than {minimum(near_miss_m)} for {lasted}{span}."
    if where == UNTOLD:
        said = f"They may have been inside the minima for {lasted}{span}"
        return said + (f"; the terms allow {duration(limit_s)}." if isfinite(limit_s) and limit_s > 0 else ".")
    said = "They only touched the minima" if one.dwell_s < 0.5 else f"They stayed inside the minima for {lasted}"
    said += span
    if not isfinite(limit_s) or limit_s <= 0:
        return said + "."
    if one.dwell_s > limit_s:
        return said + f", longer than the {duration(limit_s)} that the terms allow."
    return said + f"; the terms allow {duration(limit_s)}."


def how_sure(one: Encounter, near_miss_m: float) -> str:
    """Return how sure the level is, and why."""
    if not isfinite(one.d_v_m):
        bounds = f"±{distance(one.error_h_m)} horizontally (two sigma)"
    else:
        bounds = f"±{distance(one.error_h_m)} and ±{feet(one.error_v_m)} (two sigma)"
    edge = f"closer than {minimum(near_miss_m)}" if one.level == NEAR_MISS else "inside the minima"
    if one.certainty == CERTAIN:
        return f"Certain: even at the far end of the bounds, {bounds}, they were {edge}."
    if one.certainty == POSSIBLE:
        return f"Possible: within the bounds, {bounds}, they may have been {edge}, or just not."
    if not isfinite(one.d_v_m):
        return (
            "Not determinable: the level of at least one of them is unknown, so they could be at any vertical distance."
        )
    if mixed(one):
        return (
            f"Not determinable: their levels are on different datums, so {feet(one.d_v_m)} is not how far apart they "
            f"were vertically; with the bounds, {bounds}, they may have been {edge}, or not."
        )
    if "implausible track" in one.note:
        return "Not determinable: at least one of the two tracks is implausible around that time."
    return f"Not determinable: the bounds, {bounds}, are too wide to tell."


def why_breach(one: Encounter, limit_s: float) -> str:
    """Return why an encounter counts as a breach; empty where it does not."""
    if not one.breach:
        return ""
    reasons = []
    if one.level == NEAR_MISS and one.certainty == CERTAIN:
        reasons.append("a near miss that is certain")
    if isfinite(limit_s) and one.dwell_s > limit_s > 0:
        reasons.append("a stay beyond the dwell limit")
    return "Breach of the terms: " + (" and ".join(reasons) or "the terms call it one") + "."
