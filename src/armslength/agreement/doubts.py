"""Terms that can be executed but look like a slip, as 3 ft where 3 NM were meant: warned about, not refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from armslength.agreement.area import Area, contains
from armslength.agreement.plan import clashes
from armslength.agreement.position import show_position
from armslength.agreement.terms import UNKNOWN, Terms, limit_for
from armslength.units import FT, G0, KT, NM, Quantity, show

CLOSING_MPS = 1000 * KT
"""The closing speed by which the look-ahead is judged: two fast jets head-on."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that looks like a slip: where in the terms, and what to look at."""

    path: tuple[str | int, ...]
    says: str


def doubts(terms: Terms) -> tuple[Doubt, ...]:
    """Return what in `terms` lies outside sensible bounds, or contradicts another article."""
    found = (
        _minima,
        _near_miss,
        _lookahead,
        _manoeuvre,
        _exempt,
        _blocks,
        _budget,
        _frequencies,
        _posts,
        _rules,
        _extra,
    )
    return tuple(doubt for one in found for doubt in one(terms))


def _outside(value: float, least: float, most: float, path: tuple[str, ...], quantity: Quantity) -> Iterator[Doubt]:
    if not least <= value <= most:
        unit = {Quantity.ACCELERATION: "g", Quantity.SPEED: "kt", Quantity.TIME: "s"}.get(quantity)
        low, high, is_ = (show(x, unit or ("NM" if x >= 0.1 * NM else "ft")) for x in (least, most, value))
        yield Doubt(path, f"{is_} is outside what is usual ({low} to {high}). Check the unit.")


def _minima(terms: Terms) -> Iterator[Doubt]:
    minima = terms.separation
    yield from _outside(minima.horizontal_m, 0.25 * NM, 30 * NM, ("separation", "horizontal"), Quantity.LENGTH)
    yield from _outside(minima.vertical_m, 200 * FT, 10_000 * FT, ("separation", "vertical"), Quantity.LENGTH)
    yield from _outside(minima.dwell_limit_s, 10.0, 1800.0, ("separation", "dwell_limit"), Quantity.TIME)


def _near_miss(terms: Terms) -> Iterator[Doubt]:
    slant = terms.near_miss.slant_m
    yield from _outside(slant, 50 * FT, 1 * NM, ("near_miss", "slant"), Quantity.LENGTH)
    for axis, minimum in (("horizontal", terms.separation.horizontal_m), ("vertical", terms.separation.vertical_m)):
        if slant > minimum:
            says = f"A near miss ({show(slant, 'ft')}) reaches beyond the {axis} minimum ({show(minimum, 'ft')})."
            yield Doubt(("near_miss", "slant"), f"{says} Aircraft that keep the minima could have a near miss.")


def _lookahead(terms: Terms) -> Iterator[Doubt]:
    yield from _outside(terms.lookahead_s, 30.0, 600.0, ("lookahead",), Quantity.TIME)
    yield from _outside(terms.alert_s, 20.0, 600.0, ("alert",), Quantity.TIME)
    crossing = terms.separation.horizontal_m / CLOSING_MPS
    if terms.lookahead_s < crossing:
        says = f"At 1,000 kt of closing speed the horizontal minimum alone is flown in {crossing:.0f} s."
        yield Doubt(("lookahead",), f"{says} Look further ahead than that, or the warning comes after the loss.")


def _budget(terms: Terms) -> Iterator[Doubt]:
    budget, pick_up = terms.time_budget, terms.answering.flash_pick_up_s
    if budget.warning_s > terms.alert_s:
        says = f"The budget counts on {show(budget.warning_s, 's')}, and alerts sound {show(terms.alert_s, 's')} ahead."
        yield Doubt(("time_budget", "warning"), f"{says} Raise alert, or lower warning.")
    if budget.post_s < pick_up:
        says = f"The budget gives the post {show(budget.post_s, 's')}, and it may take {show(pick_up, 's')} to pick up."
        yield Doubt(("time_budget", "post"), f"{says} Raise post, or lower flash_pick_up under [answering].")


def _frequencies(terms: Terms) -> Iterator[Doubt]:
    roles = {one.role for one in terms.frequencies}
    if terms.frequencies and "primary" not in roles:
        says = "The plan has guards alone, for distress and first contact: no frequency is there to talk on."
        yield Doubt(("frequency", 0), f'{says} Write one with role = "primary", or talk by the ground line.')
    elif terms.frequencies and "alternate" not in roles:
        yield Doubt(("frequency", 0), "There is no alternate: when the primary fails, only the ground line is left.")
    for clash in clashes(terms.frequencies):
        one, other = terms.frequencies[clash.second], terms.frequencies[clash.first]
        how = "has the carrier of" if clash.same else "overlaps"
        where = "" if clash.certain else " where their areas meet"
        says = f"{one.channel} {how} {other.id}, {other.channel}: each is heard on the other{where}."
        yield Doubt(("frequency", clash.second, "channel"), says)


def _posts(terms: Terms) -> Iterator[Doubt]:
    for i, party in enumerate(terms.parties):
        if not party.post and any(other.post for other in terms.parties):
            yield Doubt(("party", i), f"{party.name} names no duty post: whom does the other side call?")


def _rules(terms: Terms) -> Iterator[Doubt]:
    for number in ("G01", "G02"):
        if not terms.conduct[number].enabled:
            yield Doubt(("conduct", number), "It is the heart of the deal, and it is switched off. Is that meant?")


def _extra(terms: Terms) -> Iterator[Doubt]:
    for name in terms.extra:
        says = "Not executed by this version of armslength: it is kept, shown and signed, and nothing follows from it."
        yield Doubt((name,), says)


def _manoeuvre(terms: Terms) -> Iterator[Doubt]:
    worst = limit_for(terms, UNKNOWN)
    for category, limit in terms.manoeuvre.items():
        at = ("manoeuvre", category)
        rows = (
            ("horizontal", limit.horizontal_mps2, worst.horizontal_mps2, 0.1 * G0, 12 * G0, Quantity.ACCELERATION, "g"),
            ("vertical", limit.vertical_mps2, worst.vertical_mps2, 0.1 * G0, 12 * G0, Quantity.ACCELERATION, "g"),
            ("speed", limit.speed_mps, worst.speed_mps, 10 * KT, 2000 * KT, Quantity.SPEED, "kt"),
        )
        for key, value, of_unknown, least, most, quantity, unit in rows:
            yield from _outside(value, least, most, (*at, key), quantity)
            if value > of_unknown:
                says = f"{show(value, unit)} is more than what an aircraft of unknown category is expected to do"
                yield Doubt((*at, key), f"{says} ({show(of_unknown, unit)}). Raise that of unknown too.")


def _exempt(terms: Terms) -> Iterator[Doubt]:
    if terms.area is None:
        return
    for i, part in enumerate(terms.exempt):
        lat, lon = zip(*_samples(part), strict=True)
        if not contains(terms.area, lat, lon, float("nan")).any():
            says = f'No part of "{part.name}" was found in the area "{terms.area.name}"'
            yield Doubt(("exempt", i), f"{says}, for example not {show_position(lat[0], lon[0])}. Check N, S, E and W.")


def _blocks(terms: Terms) -> Iterator[Doubt]:
    if terms.area is None:
        return
    for i, block in enumerate(terms.blocks):
        lat, lon = zip(*_samples(block.area), strict=True)
        if not contains(terms.area, lat, lon, float("nan")).any():
            says = f'No part of "{block.area.name}" was found in the area "{terms.area.name}".'
            yield Doubt(("block", i), f"{says} Check N, S, E and W.")
    for i, site in enumerate(terms.protected_sites):
        if not contains(terms.area, site.lat, site.lon, float("nan")).any():
            says = f'"{site.name}" is not in the area "{terms.area.name}".'
            yield Doubt(("protected_site", i), f"{says} Check N, S, E and W.")


def _samples(area: Area) -> list[tuple[float, float]]:
    if area.circle is not None:
        return [(area.circle.lat, area.circle.lon)]
    if area.box is not None:
        box = area.box
        return [(lat, lon) for lat in (box.south, box.north) for lon in (box.west, box.east)]
    return list(area.ring)


_LOOKS = (_minima, _near_miss, _lookahead, _manoeuvre, _exempt, _blocks, _budget, _frequencies, _posts, _rules, _extra)
