"""What the articles about talking, acting and the deal itself mean, in sentences. `plain` puts them into sections."""

from __future__ import annotations

import math
from collections.abc import Iterator

from armslength.agreement.articles import MODES, SHARED, SUSPENDABLE, Frequency
from armslength.agreement.articles_conduct import CONDUCT
from armslength.agreement.articles_kinds import Hours
from armslength.agreement.plain_area import horizontal, in_words, level, shape
from armslength.agreement.position import show_position
from armslength.agreement.terms import Terms
from armslength.agreement.writing import moment, plain_value
from armslength.toml_source import visible
from armslength.units import Quantity, show

SCOPE = {
    "intelligence": "intelligence",
    "targets": "targets",
    "third_party_tracks": "tracks of third parties",
    "purpose_of_flight": "the purpose of a flight",
    "notice_of_operations": "notice of operations",
    "joint_operations": "joint operations",
    "joint_rescue": "joint search and rescue",
    "zones_of_cooperation": "zones of cooperation",
}
PROVISIONS = {
    "separation": "the minima and warnings about them",
    "block": "reserved blocks",
    "protected_site": "protected sites",
    "frequency": "the designated frequencies",
    "conduct": "the rules of conduct",
    "disclosure": "telling of aircraft",
    "automation": "acting without a person",
    "working_group": "the working group",
}
_MODE = {
    "sealed": "What each side learns of the other's aircraft is only what comes too close, by sealed rounds.",
    "proximity": "Each side tells the other of its aircraft wherever one of the other's is near.",
    "open": "Each side tells the other of all its aircraft.",
    "none": "Neither side tells the other of its aircraft by itself.",
}
assert set(_MODE) == set(MODES) and set(PROVISIONS) == SUSPENDABLE


def span(seconds: float) -> str:
    """Return a time as people say it: 12 h, 90 s, 30 d."""
    return plain_value(seconds, Quantity.TIME)


def blocks(terms: Terms) -> Iterator[str]:
    """Reserved blocks and protected sites."""
    for block in terms.blocks:
        when = _when(block.from_ns, block.until_ns, block.hours)
        yield f"Reserved for {block.party}: {shape(block.area, terms.datum)}, {when}."
    for site in terms.protected_sites:
        at = f"{site.name}, all within {horizontal(site.radius_m)} of {show_position(site.lat, site.lon)}"
        below = f", below {level(site.ceiling_m, terms.datum)}" if math.isfinite(site.ceiling_m) else ", at any level"
        yield f"Protected site of {site.party}, not to be overflown by the other: {at}{below}."
    if not terms.blocks and not terms.protected_sites:
        yield "No blocks are reserved and no sites are protected."


def talking(terms: Terms) -> Iterator[str]:
    """Frequencies, radio checks, the ground line, answering times, failover."""
    if not terms.frequencies:
        yield "No frequency is designated: the two posts have the ground line."
    for one in terms.frequencies:
        yield _frequency(one, terms.datum)
    radio, line, answering, failover = terms.radio, terms.ground_line, terms.answering, terms.failover
    yield (
        f"Spoken: {', '.join(radio.languages) or 'no language is agreed'}. "
        f"Each frequency is tested every {span(radio.check_every_s)} and before first use; "
        f"readability {radio.least_readability} of 5 is enough."
    )
    sealed = "is encrypted to the other side" if radio.encrypted else "is not encrypted"
    yield (
        f"Data fill at most {plain_value(radio.most_occupancy_share, Quantity.SHARE)} of a channel's time. "
        f"What is confidential on the air {sealed}."
    )
    yield (
        f"The ground line is tested every {span(line.check_every_s)}, {span(line.grace_s)} late at most. "
        f"It counts as gone after {span(line.vanish_s)} without it, or {span(line.freeze_s)} without an answer."
    )
    yield (
        f"A FLASH call is picked up within {span(answering.flash_pick_up_s)}, written down within "
        f"{span(answering.flash_capture_s)} and passed to the crew within {span(answering.flash_relayed_s)}; "
        f"PRIORITY is picked up within {span(answering.priority_pick_up_s)}, "
        f"ROUTINE within {span(answering.routine_pick_up_s)}, "
        f"and passed on within {span(answering.relayed_s)}. Call the duty post, never a person."
    )
    yield (
        f"No answer: {_calls(failover.calls, failover.call_every_s)}, then the alternate; after "
        f"{span(failover.no_answer_s)} it is no answer, and by {span(failover.ground_line_s)} the ground line is open. "
        f"The primary is used again once it has answered for {span(failover.return_after_s)}."
    )


def emergencies(terms: Terms) -> Iterator[str]:
    """Emergencies and requests for assistance."""
    emergency, assistance = terms.emergency, terms.assistance
    on_air = "sent encrypted to the other side" if emergency.position_on_air == "encrypted" else "never sent"
    yield (
        "An emergency is told for information, without commitment, on every channel that works, whatever is suspended. "
        f"It is acknowledged within {span(emergency.acknowledged_s)}."
    )
    yield f"A person releases the position; on the air it is {on_air}."
    centre = f" The public rescue centre is: {assistance.rescue_centre}." if assistance.rescue_centre else ""
    who = "the node itself, at once: noted, declined by the terms" if assistance.answer == "declined" else "a person"
    yield (
        f"A request for assistance is answered by {who}; within {span(assistance.answered_s)} at the latest. "
        f"It sounds the loudest alarm until a person has understood it.{centre}"
    )


def telling(terms: Terms) -> Iterator[str]:
    """What is out of scope, and what may be told."""
    left_out = [SCOPE[one] for one in terms.scope.excluded]
    yield f"Not part of this deal: {', '.join(left_out)}." if left_out else "Nothing is left out of this deal by name."
    told = terms.disclosure
    yield _MODE[told.mode]
    if told.mode == "none":
        yield "The figures of disclosure hold should that change: " + _figures(terms)
    else:
        yield _figures(terms)


def _figures(terms: Terms) -> str:
    told = terms.disclosure
    shared = ", ".join(one for one in SHARED if one in told.shared) or "nothing"
    return (
        f"Of such an aircraft: {shared}, {span(told.lookahead_s)} ahead, no finer than "
        f"{horizontal(told.floor_horizontal_m)}, {show(told.floor_vertical_m, 'ft')} and {span(told.floor_time_s)}, "
        f"up to {told.budget_s_per_h:,.10g} aircraft-seconds an hour; never its identity, type or purpose. "
        f"The working group may audit it after {span(told.audit_after_s)}."
    )


def acting(terms: Terms) -> Iterator[str]:
    """Who may act without a person, and the time that each step has."""
    auto, budget = terms.automation, terms.time_budget
    advisory = (
        "Traffic advisories may leave without a person." if auto.traffic_advisory else "A person sends every advisory."
    )
    checks = "The node answers radio checks." if auto.radio_check_answer else "A person answers radio checks."
    yield f"{advisory} {checks} Demands, protests and manoeuvres always need a person."
    yield (
        f"From the first plot to the alert {span(budget.detection_s)}, the officer {span(budget.officer_s)}, "
        f"the other post {span(budget.post_s)}, the crew {span(budget.crew_s)}: {span(budget.spent_s)} in all, "
        f"and the warning is {span(budget.warning_s)} before the minima are lost. "
        "A warning counts when it is relayed to the crew."
    )


def conduct(terms: Terms) -> Iterator[str]:
    """Which rules are judged, and whose figures differ from the catalogue's."""
    off = [f"{number} ({CONDUCT[number].title})" for number, rule in terms.conduct.items() if not rule.enabled]
    judged = sum(rule.enabled for rule in terms.conduct.values())
    yield f"{judged} of the {len(CONDUCT)} rules of conduct are agreed: breach, no breach or not determinable."
    if off:
        yield f"Not judged: {', '.join(off)}."
    for number, rule in terms.conduct.items():
        changed = [
            f"{in_words(key.key)} {plain_value(rule.figures[key.attribute], key.kind)} "
            f"instead of {plain_value(key.usual, key.kind)}"
            for key in CONDUCT[number].keys
            if rule.figures[key.attribute] != key.usual
        ]
        if changed:
            yield f"{number} ({CONDUCT[number].title}): {', '.join(changed)}."


def group(terms: Terms) -> Iterator[str]:
    """The working group."""
    wg = terms.working_group
    yield (
        f"The working group meets every {span(wg.regular_s)}, within {span(wg.extraordinary_s)} of something critical, "
        f"and reviews the deal every {span(wg.review_s)}."
    )
    yield (
        f"A case: evidence sealed within {span(wg.sealed_s)}; first report within {span(wg.initial_report_s)}, "
        f"full report within {span(wg.full_report_s)}, lesser matters within {span(wg.notable_report_s)}; "
        f"acknowledged within {span(wg.acknowledged_s)}, answered within {span(wg.answered_s)}, "
        f"once {span(wg.extension_s)} longer."
    )
    two = "Acts that bind a party need two persons." if wg.two_persons else "One person may act for a party."
    yield f"Recordings are kept {span(wg.keep_raw_s)}, and {span(wg.keep_closed_s)} after a case is closed. {two}"


def public(terms: Terms) -> Iterator[str]:
    """Confidentiality and public lines."""
    secret = terms.confidentiality
    to = "the members of each side" if secret.onward == "members" else "nobody else"
    yield f"These terms are {secret.terms}. What is disclosed may be passed to {to}."
    if not secret.public_lines:
        yield f"Nothing may be said in public. A line is approved by both within {span(secret.approved_s)}."
    for line in secret.public_lines:
        yield f'May be said in public: "{line}"'
    if secret.public_lines:
        yield f"Nothing else may, unless both approve it, within {span(secret.approved_s)}."


def lasting(terms: Terms) -> Iterator[str]:
    """Validity, suspension, ending."""
    valid = _dates(terms.validity.from_ns, terms.validity.until_ns)
    yield "The terms set no dates of their own for being in force." if not valid else f"In force only {valid}."
    stops = terms.suspension
    which = ", ".join(f"{one} ({PROVISIONS[one]})" for one in stops.provisions)
    yield (
        f"Either side may suspend, with {span(stops.notice_s)} of notice, each by itself: {which}. The rest stays."
        if which
        else f"Nothing may be suspended (notice would be {span(stops.notice_s)})."
    )
    yield "The ground line, checks, emergencies and requests for assistance are never suspended."
    yield f"Either side may end the agreement with {span(terms.ending.notice_s)} of notice."


def unknown(terms: Terms) -> Iterator[str]:
    """Articles of a later version."""
    for name, value in terms.extra.items():
        says = f"{name}: not executed by this version. It is part of what is signed: {plain_value(value)}"
        yield visible(says)


def _frequency(one: Frequency, datum: str) -> str:
    where = f"in {shape(one.area, datum)}" if one.area is not None else "everywhere"
    when = _when(one.from_ns, one.until_ns, one.hours)
    guard = " For distress and first contact." if one.role == "guard" else ""
    return f"{one.id}: {one.channel}, {one.role}, for {one.use}, {where}, {when}.{guard}"


def _when(from_ns: int | None, until_ns: int | None, hours: Hours | None) -> str:
    dates = _dates(from_ns, until_ns)
    daily = f"every day {hours}" if hours is not None else "at all hours"
    return f"{daily}, {dates}" if dates else daily


def _dates(from_ns: int | None, until_ns: int | None) -> str:
    parts = [f"from {moment(from_ns)}"] if from_ns is not None else []
    return " ".join(parts + ([f"until {moment(until_ns)}"] if until_ns is not None else []))


def _calls(number: int, every_s: float) -> str:
    return "call once" if number == 1 else f"call {number} times, {span(every_s)} apart"
