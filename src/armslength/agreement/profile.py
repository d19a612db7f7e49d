"""Profiles: terms from which two parties begin to negotiate."""

from __future__ import annotations

from dataclasses import replace

from armslength.agreement.articles import Automation
from armslength.agreement.reading import parse_terms
from armslength.agreement.terms import Party, Terms, default_terms
from armslength.agreement.writing import write_terms
from armslength.errors import InputError

PROFILES = ("threes",)


def draft_terms(profile: str, first: Party, second: Party) -> Terms:
    """Return the terms of a profile between two parties, every default spelled out when written.

    "threes" is the rule of threes (3 NM or 3,000 ft; if closer, at most 180 s), with traffic advisories sent by the
    nodes themselves. Area, frequencies, blocks and sites are for the parties to add.

    Raises:
        InputError: no such profile, both parties have one name, or a name looks like the address of an aircraft.
    """
    if profile not in PROFILES:
        raise InputError(f'"{profile}" is not a profile.', remedy=f"Known: {', '.join(PROFILES)}.")
    if first.name.casefold() == second.name.casefold():
        raise InputError(f'Both parties are called "{first.name}".', remedy="An agreement binds two; name them apart.")
    terms = replace(
        default_terms(),
        title=f"Agreement on flight safety between {first.name} and {second.name}",
        parties=(first, second),
        automation=Automation(traffic_advisory=True),
    )
    return parse_terms(write_terms(terms), f"profile {profile}")  # a name that no terms may hold is told now
