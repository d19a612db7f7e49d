"""TOML to the articles that name a place or a channel: reserved blocks, protected sites, designated frequencies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from armslength.agreement.articles import Block, Frequency, ProtectedSite
from armslength.agreement.articles_kinds import keys_of
from armslength.agreement.channel import guard_under, parse_channel
from armslength.agreement.names import no_address
from armslength.agreement.plan import clashes
from armslength.agreement.reading_area import AREA_KEYS, read_area, read_level, read_position
from armslength.agreement.reading_articles import check_order, only_keys, read_article
from armslength.agreement.terms import Party
from armslength.errors import InputError
from armslength.toml_source import Table, describe, nearest
from armslength.units import NM, Quantity

BLOCK_KEYS = (*AREA_KEYS, *(key.key for key in keys_of(Block)))
SITE_KEYS = ("name", "party", "place", "radius", "ceiling")
FREQUENCY_KEYS = ("id", "channel", "area", *(key.key for key in keys_of(Frequency)))
_ID = re.compile(r"F[1-9]\d?")


def read_blocks(root: Table, datum: str, parties: tuple[Party, ...]) -> tuple[Block, ...]:
    """Return the reserved blocks, each with a name of its own."""
    out: list[Block] = []
    for table in root.tables("block"):
        only_keys(table, Block, *AREA_KEYS)
        area = read_area(table, datum, also=tuple(key.key for key in keys_of(Block)))
        _once(table, "name", area.name, [block.area.name for block in out])
        block = read_article(table, Block, area=area)
        _party(table, block.party, parties)
        check_order(table, block.from_ns, block.until_ns)
        out.append(block)
    return tuple(out)


def read_sites(root: Table, datum: str, parties: tuple[Party, ...]) -> tuple[ProtectedSite, ...]:
    """Return the protected sites, each with a name of its own."""
    out: list[ProtectedSite] = []
    for table in root.tables("protected_site"):
        table.only(*SITE_KEYS)
        name = no_address(table, "name", table.text("name", '"Northern depot"'))
        _once(table, "name", name, [site.name for site in out])
        party = no_address(table, "party", table.text("party", '"Northern party"'))
        _party(table, party, parties)
        if "place" not in table:
            table.fail((), "place is missing.", 'Write it like place = "36.5 N, 37.25 E".')
        lat, lon = read_position(table, ("place",), table.values["place"])
        radius = table.quantity("radius", Quantity.LENGTH, example="1 NM") if "radius" in table else 1 * NM
        if radius > 100 * NM:
            remedy = 'Is it a [[block]]? A site is for example radius = "1 NM".'
            table.fail("radius", f'"{table.values["radius"]}" is more than 100 NM.', remedy)
        out.append(ProtectedSite(name, party, lat, lon, radius, read_level(table, "ceiling", datum, float("inf"))))
    return tuple(out)


def read_frequencies(root: Table, datum: str) -> tuple[Frequency, ...]:
    """Return the frequency plan."""
    out: list[Frequency] = []
    for table in root.tables("frequency"):
        table.only(*FREQUENCY_KEYS)
        number = table.text("id", '"F1"')
        if not _ID.fullmatch(number):
            table.fail("id", f'"{number}" is not the name of a frequency.', 'Write id = "F1", up to "F99".')
        _once(table, "id", number, [one.id for one in out])
        channel = _channel(table)
        within = table.table("area")
        area = read_area(within, datum) if within is not None else None
        one = read_article(table, Frequency, id=number, channel=channel, area=area)
        check_order(table, one.from_ns, one.until_ns)
        _check_guard(table, one)
        out.append(one)
        for clash in clashes(out):
            if clash.same and clash.certain:
                other = out[clash.first]
                says = f"{channel} has the carrier of {other.id}, {other.channel}: at one place and time that is one."
                table.fail("channel", says, "Give each frequency a carrier of its own, or hours or areas that differ.")
    _check_primary(root, out)
    return tuple(out)


def _check_primary(root: Table, plan: Sequence[Frequency]) -> None:
    """Refuse an alternate to nothing: both sides would call on it first, each by its own reading of the plan."""
    roles = [one.role for one in plan]
    if "alternate" in roles and "primary" not in roles:
        table = list(root.tables("frequency"))[roles.index("alternate")]
        says = f"{plan[roles.index('alternate')].id} is the alternate, and no frequency is the primary one."
        table.fail("role", says, 'Write role = "primary" with the one that is called on first.')


def _check_guard(table: Table, one: Frequency) -> None:
    """Refuse a guard for anything but distress and first contact, by voice."""
    guard = guard_under(one.channel)
    if guard and one.channel != guard:
        says = f"{one.channel} lies on {guard}, which is kept for distress and first contact."
        table.fail("channel", says, f'Write "{guard}" with role = "guard", or another channel.')
    if guard and one.role != "guard":
        table.fail("channel", f"{one.channel} is kept for distress and first contact.", 'Write role = "guard" with it.')
    if one.role == "guard" and one.use != "voice":
        table.fail("use", "A guard frequency is for voice only.", 'Write use = "voice", or leave it out.')


def _channel(table: Table) -> str:
    value = table.values.get("channel")
    if value is None:
        table.fail((), "channel is missing.", 'Write it like channel = "132.055", or "251.000 MHz".')
    if not isinstance(value, str):
        remedy = 'Write it in quotes, like channel = "132.055", or "251.000 MHz".'
        table.fail("channel", f"{describe(value)} stands where a channel belongs.", remedy)
    try:
        return parse_channel(value)
    except InputError as wrong:
        table.fail("channel", wrong.what, wrong.remedy)


def _party(table: Table, party: str, parties: tuple[Party, ...]) -> None:
    names = tuple(one.name for one in parties)
    if party not in names:
        near = nearest(party, names)
        hint = f"Did you mean {near}? " if near else ""
        known = f"It must be one of: {', '.join(names)}." if names else "Name both parties under [[party]]."
        table.fail("party", f'"{party}" is not a party of these terms.', hint + known)


def _once(table: Table, key: str, name: str, before: list[str]) -> None:
    if name.casefold() in {other.casefold() for other in before}:
        table.fail(key, f'"{name}" stands twice.', "Give each a name of its own.")
