"""Events as nodes tell them, made by hand for the tests of the story and the account."""

from __future__ import annotations

from typing import Any

from armslength.demo.plan import Meeting, Plan

BEGINS = 1_772_528_400_000_000_000
PLAN = Plan(
    BEGINS,
    720.0,
    (
        Meeting("head-on", "OSIER11 meets TEASEL11.", 195.0, "early", frozenset({("d10001", "d20001")})),
        Meeting("pop-up", "OSIER16 comes up.", 630.0, "short", frozenset({("d10002", "d20002")})),
    ),
    {"d10001": "TEASEL11", "d20001": "OSIER11", "d10002": "KITE13", "d20002": "OSIER16"},
    {"d10001": "NORTH", "d20001": "SOUTH", "d10002": "NORTH", "d20002": "SOUTH"},
)


def alert(at_s: float, **changed: Any) -> dict[str, Any]:
    """Return an alert of TEASEL11 and OSIER11 as the node of NORTH tells it."""
    usual: dict[str, Any] = {
        "event": "alert", "change": "opened", "counterpart": "SOUTH", "silenced": None, "id": "a1",
        "first": {"addresses": ["d10001"], "leading": "d10001"},
        "second": {"addresses": ["d20001"], "leading": "d20001"},
        "tier": "TRAFFIC", "opened_ns": str(BEGINS + round(at_s * 1e9)), "now_ns": str(BEGINS + round(at_s * 1e9)),
        "t_cpa_s": 195.0 - at_s, "t_loss_s": 180.0 - at_s, "t_near_s": None, "hmd_m": 1852.0, "vmd_m": 91.4,
        "d_h_m": 30e3, "d_v_m": 91.4, "error_h_m": 200.0, "error_v_m": 50.0, "certainty": "certain",
        "sources": ["own", "radar"], "datum": "barometric", "lat": -36.0, "lon": -20.0, "alt_m": 8000.0,
        "own_side": "first", "sounds": True, "own_side_only": False, "automatic_ok": True, "notes": [],
    }  # fmt: skip
    return usual | changed


def message(kind: str, code: str, number: str, **changed: Any) -> dict[str, Any]:
    """Return a message as sent, received or marked."""
    usual: dict[str, Any] = {
        "event": kind, "id": number, "counterpart": "SOUTH", "way": "out" if kind == "sent" else "in", "code": code,
        "precedence": "PRIORITY", "seq": 1, "ref": None, "fields": {}, "time_ns": str(BEGINS), "valid_until_ns": None,
        "at_ns": str(BEGINS), "expired": False, "marks": {},
    }  # fmt: skip
    if kind == "sent":
        usual["role"] = "node"
    if kind == "received":
        usual["sounds"] = code in {"TFA", "ADC"}
    return usual | changed


def mark(code: str, number: str, what: str, by: str = "theirs") -> dict[str, Any]:
    """Return a mark."""
    return message("marked", code, number, by=by, mark=what)
