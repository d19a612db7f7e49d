"""Events as words for a terminal, and as lines of JSON for a log. No term of an agreement is in either."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from armslength.node.core.pointing import FROM_TERMS
from armslength.protocol.failover import GROUND
from armslength.units import NM, counted, stamp

QUIET = frozenset({"clock"})
_LOUD = {"low": " (unconfirmed: low)"}
_BY = {"own": "us", "theirs": "them"}
LINK_WORDS = {
    "OPEN": "ground line open",
    "FIRST_CONTACT": "ground line open, no agreement in force",
    "DIFFERING": "ground line open, but different versions are in force: messages wait",
    "LOST": "a path of the ground line is lost",
    "FROZEN": "GROUND LINE FROZEN",
    "DOWN": "GROUND LINE DOWN",
}


def as_json(event: Mapping[str, Any], time_ns: int) -> str:
    """Return one line of a structured log."""
    kept = {key: value for key, value in event.items() if key != FROM_TERMS}
    return json.dumps({"time": stamp(time_ns), **kept}, ensure_ascii=False, allow_nan=False)


def in_words(event: Mapping[str, Any], time_ns: int) -> str:
    """Return one line for a person, or "" for what a person need not see as it happens."""
    kind = event.get("event", "")
    if kind in QUIET or (kind == "alert" and event.get("change") == "updated"):
        return ""
    words = _WORDS.get(kind, _plain)(event)
    unrecorded = "" if event.get("recorded", True) else "  (NOT RECORDED: the disk takes nothing)"
    return f"{stamp(time_ns)[11:19]}  {_one_line(words)}{unrecorded}" if words else ""


def _one_line(words: str) -> str:
    """Return it as a terminal may show it: what others said cannot move the cursor or begin a line of its own."""
    return words if words.isprintable() else "".join(c if c.isprintable() else "?" for c in words)


def _plain(event: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in event.items() if key not in {"event", "recorded", FROM_TERMS}}
    return f"{event.get('event', '')}: " + ", ".join(f"{key} {value}" for key, value in rest.items())


def _alert(event: Mapping[str, Any]) -> str:
    pair = " and ".join("+".join(event[side]["addresses"]) for side in ("first", "second"))
    change = event["change"]
    if change == "closed":
        return f"alert over: {pair}. Nothing more is predicted for them."
    loud = _LOUD.get(event["loudness"], "") if event["sounds"] or event["loudness"] == "low" else " (does not sound)"
    hmd, vmd = event["hmd_m"], event["vmd_m"]
    level = "level unknown" if vmd is None else f"{vmd / 0.3048:,.0f} ft"
    when = _closest(event)
    notes = f". {'; '.join(event['notes'])}" if event["notes"] else ""
    return (
        f"{event['tier']} {change}{loud}: {pair}, {when}, {hmd / NM:.1f} NM and {level}, {event['certainty']}, "
        f"seen by {', '.join(event['sources'])}{notes}"
    )


def _closest(event: Mapping[str, Any]) -> str:
    """Return when the two are closest: no number where that lies further ahead than is looked."""
    if event["t_cpa_s"] is None:
        return f"closest beyond {event['beyond_s']:.0f} s, until then"
    return f"closest in {event['t_cpa_s']:.0f} s" if event["t_cpa_s"] else "closest now"


def short_id(number: object) -> str:
    """Return the eight digits by which people tell a message: the same wherever it, or a mark on it, is told."""
    return str(number).removeprefix("sha256:")[:8]


def _message(event: Mapping[str, Any]) -> str:
    fields = _fields(event.get("fields", {}))
    way = f"to {event['counterpart']}" if event.get("way") == "out" else f"from {event['counterpart']}"
    late = " EXPIRED: came too late, for the record only" if event.get("expired") else ""
    late += " CALL SIGN NOT OF THE TERMS" if event.get("unknown_call_sign") else ""
    return (
        f"{event['event']} {event['code']} {event.get('precedence', '')} {way} [{short_id(event['id'])}] {fields}{late}"
    ).rstrip()


def _fields(fields: Mapping[str, Any]) -> str:
    """Return what a message says as people read it: where to look first, with their units."""
    left = dict(fields)
    said = []
    for key, words in _FIELDS.items():
        if key in left:
            said.append(words(left.pop(key)))
    for noise in ("level_datum", "level_sigma_ft", "nonce"):
        left.pop(noise, None)
    said += [_field(key, value) for key, value in left.items()]
    return ", ".join(said)


def _field(key: str, value: Any) -> str:
    """Return a field: a time as people read it, and an angle in degrees."""
    if key.endswith("_ns") and str(value).isdecimal():
        return f"{key.removesuffix('_ns')} {stamp(int(value))[:19]}Z"
    if key.endswith("_e5") and isinstance(value, int):
        return f"{key.removesuffix('_e5')} {value / 100_000:.5f} deg"
    return f"{key} {value}"


_FIELDS: dict[str, Callable[[Any], str]] = {
    "urgency": str,
    "clock": lambda value: f"{value} o'clock",
    "range_m": lambda value: f"{value / NM:.0f} NM",
    "direction": lambda value: f"heading {value}",
    "level_ft": lambda value: f"level {value:,} ft",
    "closest_s": lambda value: f"closest in {value} s",
}
"""Fields of a traffic advisory, in the order in which they are of use."""


def _read_back(event: Mapping[str, Any]) -> str:
    who, code = event["counterpart"], f"{event.get('code', 'message')} [{short_id(event['of'])}]"
    if event["outcome"] == "equal":
        return f"{who} read back {code}: equal"
    if not event["differs"]:
        return f"{who} read back something: {event['says']}"
    differs = ", ".join(f"{one['field']} {one['said']} as {one['heard'] or 'nothing'}" for one in event["differs"])
    return f"READ BACK WRONG by {who}, {code}: {differs}. Say it again, or correct it (COR)"


def _marked(event: Mapping[str, Any]) -> str:
    who = "we" if event.get("by") == "own" else str(event.get("counterpart"))
    return f"{who}: {event['mark']} {event.get('code', 'message')} [{short_id(event['id'])}]"


def _link(event: Mapping[str, Any]) -> str:
    says = f": {event['says']}" if event.get("says") else ""
    path = f" ({event['path']})" if event.get("path") else ""
    return f"{event['counterpart']}: {LINK_WORDS.get(event['state'], event['state'])}{path}{says}"


def _store(event: Mapping[str, Any]) -> str:
    return str(event["says"]) if event["working"] else f"NOTHING IS STORED OR ACKNOWLEDGED: {event['says']}"


def _terms(event: Mapping[str, Any]) -> str:
    suspended = f", suspended: {', '.join(event['suspended'])}" if event["suspended"] else ""
    version = f" version {event['version']}" if event["version"] else ""
    return f"agreement with {event['counterpart']}: {event['state']}{version}{suspended}"


def _home(event: Mapping[str, Any]) -> str:
    return str(event["says"])


def _feed(event: Mapping[str, Any]) -> str:
    return f"feed {event['source']}: {event['says']}"


def _agreement(event: Mapping[str, Any]) -> str:
    what, other = event.get("what", ""), event.get("counterpart") or "nobody we know"
    version = f"version {event['version']} " if "version" in event else ""
    provision = f"{event['provision']} " if event.get("provision") else ""
    why = f": {event['why']}" if event.get("why") else ""
    if what == "suspended":
        begins = f", from {stamp(int(event['effect_ns']))} on" if event.get("effect_ns") else ""
        return f"agreement with {other}: notice was given that {provision}will be suspended{begins}"
    return f"agreement with {other}: {version}{provision}{what}{why}"


def _says(event: Mapping[str, Any]) -> str:
    names = {"evidence": "BREACH OF THE PROTOCOL", "refused": "refused", "fault": "not sent"}
    reason = f" ({event['reason']})" if event.get("reason") else ""
    who = event.get("counterpart") or event.get("address") or "somebody"
    return f"{names[event['event']]}, {who}{reason}: {refusal_words(event['says'])}"


def refusal_words(says: object) -> str:
    """Return why a connection was refused, as somebody reads it who does not know how one is made."""
    return _REFUSALS.get(str(says), str(says))


_REFUSALS = {
    "greeting took too long": "it connected, but did not say in time who it is; a line that was cut looks the same",
}


def _withheld(event: Mapping[str, Any]) -> str:
    return f"not sent to {event['counterpart']}: {event['code']}, because {gate_words(event['says'])}"


def gate_words(says: object) -> str:
    """Return the reason of the gate alone: the code that was held back is said before it, and once."""
    return str(says).rpartition(": ")[2].rstrip(".")


def _encounter(event: Mapping[str, Any]) -> str:
    again = ", said anew" if event.get("again") else ""
    pair = f"{event['first']} and {event['second']}"
    apart = f"{event['d_h_m']} m and {event['d_v_m']} m"
    return f"encounter closed{again}: {pair}, {event['level']}, {event['certainty']}, {apart}"


def _person(event: Mapping[str, Any]) -> str:
    who = event.get("role", "")
    if event["event"] == "level":
        return f"{who} entered a level: {event['address']} at {event['level_m']:,.0f} m"
    if event["event"] == "join":
        return f"{who} declared a join: {event['first']} and {event['second']}, for a time"
    return f"{who} silenced alert {event['alert']}: {event['reason']}"


def _interference(event: Mapping[str, Any]) -> str:
    if event["active"]:
        return f"SATELLITE NAVIGATION IS INTERFERED WITH: {event['why']}"
    return "no signs of interference with satellite navigation any more"


def _overdue(event: Mapping[str, Any]) -> str:
    return f"NOT RELAYED TO CREWS IN TIME: {_message(event).removeprefix('overdue ')}"


def _duty(event: Mapping[str, Any]) -> str:
    was = f" (was {event['was']})" if event["was"] else ""
    if not event["watch"]:
        return f"the watch goes off duty{was}"
    rings = f"; {counted(event['ringing'], 'call rings', 'calls ring')}" if event["ringing"] else ""
    return f"watch {event['watch']} is on duty{was}, speaks {', '.join(event['languages'])}{rings}"


def _held(event: Mapping[str, Any]) -> str:
    which = f"{event['code']} of {event['counterpart']} [{short_id(event['message'])}]"
    return f"the answer to {which} is held: {event['says']}"


def _voice(event: Mapping[str, Any]) -> str:
    return f"voice: {spoken(event)}"


def spoken(contact: Mapping[str, Any]) -> str:
    """Return a voice contact in words: who said what, where, with whom, the answer, how it was heard."""
    heard = f", readability {contact['readability']}" if "readability" in contact else ""
    note = "" if contact["note"] == "none" else f", note {contact['note'].lower()}"
    said = f"{contact['by']} said {contact['code']} on {contact['medium']}, in contact with {contact['with']}"
    return f"{said}, answer {contact['answer']}{heard}{note}"


def _called(event: Mapping[str, Any]) -> str:
    return f"call {event['call']} on {event['channel']}: {event['code']} [{short_id(event['id'])}]"


def _channel(event: Mapping[str, Any]) -> str:
    """Return what became of a channel; where none is in use, the event says it itself."""
    who, state = event["counterpart"], event.get("state")
    if state == "LOST":
        last = f", last answer {stamp(int(event['last_ok_ns']))[11:19]}" if "last_ok_ns" in event else ""
        return f"{who}: {_medium(event['medium'])} LOST, no answer since {stamp(int(event['since_ns']))[11:19]}{last}"
    if state == "RESTORED":
        waits = counted(int(event["backlog_count"]), "message waits", "messages wait")
        return f"{who}: {_medium(event['medium'])} answers again, {waits}"
    if state == "IN USE" and event["medium"]:
        was = f" (was {_medium(event['was'])})" if event["was"] else ""
        return f"{who}: {_medium(event['medium'])} is in use{was}"
    return f"{who}: {event['says']}" if event.get("says") else _plain(event)


def _medium(name: str) -> str:
    return "the ground line" if name == GROUND else name


def _finding(event: Mapping[str, Any]) -> str:
    whose = f" by {event['by']}" if event["by"] else ""
    return f"finding {event['rule']} {event['outcome']} {event['severity']}{whose}: {event['explanation']}"


def _planned(event: Mapping[str, Any]) -> str:
    by = _BY.get(event["by"], event["by"])
    if event["until_ns"] == event["from_ns"]:
        return f"{event['kind']} of {event['medium']} at {stamp(int(event['from_ns']))} is cancelled, by {by}"
    span = f"{stamp(int(event['from_ns']))} to {stamp(int(event['until_ns']))}"
    return f"{event['kind']} of {event['medium']} planned, by {by}: {span}"


_WORDS = {
    "case": _home,
    "planned": _planned,
    "overdue": _overdue,
    "called": _called,
    "channel": _channel,
    "duty": _duty,
    "held": _held,
    "voice contact": _voice,
    "finding": _finding,
    "interference": _interference,
    "agreement": _agreement,
    "evidence": _says,
    "withheld": _withheld,
    "refused": _says,
    "fault": _says,
    "encounter": _encounter,
    "level": _person,
    "join": _person,
    "silenced": _person,
    "alert": _alert,
    "sent": _message,
    "received": _message,
    "unanswered": _message,
    "marked": _marked,
    "read back": _read_back,
    "link": _link,
    "store": _store,
    "terms": _terms,
    "feed": _feed,
    "home": _home,
}
