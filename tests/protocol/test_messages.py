"""The catalogue and the canonical form: what may be said, that it has one form, and that every other is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.crypto.canonical import canonical, digest
from armslength.crypto.envelope import from_json, seal
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.catalogue import CATALOGUE, Answer, Code, Kind, Precedence, Wanted, fault_in
from armslength.protocol.messages import (
    FORMAT,
    LARGEST,
    MESSAGE_TYPE,
    Message,
    Post,
    compose,
    from_canonical,
    from_envelope,
)
from pair import AGREEMENT, AMD, EMG, NORTH, SOUTH, TFA
from saying import said

NORTH_POST, SOUTH_POST = Post("NORTH", "NORTH POST"), Post("SOUTH", "SOUTH POST")
ANY = "sha256:" + "a" * 64
OF_ISSUE = {"GCK", "GCR", "TFA", "ROG", "WIL", "UNA", "SBY", "EMG", "AST", "ADC", "SUS", "RSM", "AMD", "COC"}


def write(code: str = "AMD", fields: dict[str, Any] | None = None, **other: Any) -> Message:
    """Return a message of the north."""
    given_ = {"seq": 3, "time_ns": 10, "agreement": AGREEMENT.id, "terms": AGREEMENT.digest, **other}
    return compose(NORTH, NORTH_POST, SOUTH_POST, code=code, fields=AMD if fields is None else fields, **given_)


@settings(max_examples=200, deadline=None)
@given(said(), st.integers(0, 2**53 - 1), st.integers(0, 2**63 - 10**6))
def test_what_may_be_said_comes_back_the_same(drawn: tuple[Code, dict[str, Any]], seq: int, time_ns: int) -> None:
    code, fields = drawn
    until = time_ns + 1 if code.valid_until is Wanted.MUST else None
    ref = ANY if code.ref is Wanted.MUST else None
    if until is not None and -(-until // 10**6) * 10**6 >= 2**63:
        return
    message = write(code.name, fields, seq=seq, time_ns=time_ns, valid_until_ns=until, ref=ref)
    envelope = from_json(message.envelope)
    assert from_envelope(envelope, message.envelope, NORTH.public) == message
    assert message.id == digest(envelope.payload)
    assert message.time_ns == time_ns // 10**6 * 10**6
    assert until is None or 0 <= message.valid_until_ns - until < 10**6
    assert message.precedence is code.precedence_of(fields)
    assert len(message.envelope) <= LARGEST


def test_another_channel_rebuilds_the_same_message() -> None:
    message = write("TFA", TFA, valid_until_ns=99)
    envelope = from_json(message.envelope)
    rebuilt = from_canonical(envelope.payload, NORTH.public, envelope.signatures[0][1])
    assert rebuilt == message and rebuilt.envelope == message.envelope
    with pytest.raises(RemoteProtocolError, match="bad signature"):
        from_canonical(envelope.payload, SOUTH.public, envelope.signatures[0][1])


def test_the_canonical_form_is_the_one_that_is_documented() -> None:
    payload = from_json(write("TFA", TFA, time_ns=10_999_999, valid_until_ns=99_000_001).envelope).payload
    assert json.loads(payload) == {
        "addressee": {"party": "SOUTH", "post": "SOUTH POST"},
        "agreement": AGREEMENT.id,
        "code": "TFA",
        "fields": TFA,
        "format": FORMAT,
        "precedence": "PRIORITY",
        "ref": None,
        "sender": {"party": "NORTH", "post": "NORTH POST"},
        "sender_key": NORTH.public,
        "seq": 3,
        "terms": AGREEMENT.digest,
        "time_ns": "10000000",
        "valid_until_ns": "100000000",
    }


def test_every_bit_of_a_message_counts() -> None:
    payload = from_json(write().envelope).payload
    signature = seal(MESSAGE_TYPE, payload, NORTH).signatures[0][1]
    for at in range(len(payload)):
        flipped = payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]
        with pytest.raises(RemoteProtocolError):
            from_canonical(flipped, NORTH.public, signature)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "TGT"},
        {"fields": {}},
        {"fields": {**AMD, "target": "x"}},
        {"fields": {**AMD, "from_hash": 1}},
        {"code": "TFA", "fields": TFA},
        {"code": "TFA", "fields": TFA, "valid_until_ns": 0},
        {"code": "TFA", "fields": {**TFA, "clock": 13}, "valid_until_ns": 99},
        {"code": "TFA", "fields": {**TFA, "clock": True}, "valid_until_ns": 99},
        {"code": "TFA", "fields": {**TFA, "clock": 3.0}, "valid_until_ns": 99},
        {"code": "TFA", "fields": {**TFA, "level_ft": 25000}, "valid_until_ns": 99},
        {"code": "ROG", "fields": {}},
        {"code": "EMG", "fields": {**EMG, "commitment": "ESCORT"}},
        {"code": "EMG", "fields": {**EMG, "latitude_e5": 0}},
        {"ref": ANY},
        {"seq": -1},
        {"time_ns": -1},
        {"time_ns": 2**63 + 10**6},
        {"terms": "none"},
        {"agreement": "none"},
        {"agreement": ""},
    ],
)
def test_what_may_not_be_said_is_our_own_fault(wrong: dict[str, Any]) -> None:
    with pytest.raises(LocalProtocolError):
        write(**wrong)


def test_the_catalogue_says_what_the_issue_wants() -> None:
    assert set(CATALOGUE) >= OF_ISSUE
    assert CATALOGUE["EMG"].precedence is Precedence.FLASH and CATALOGUE["EMG"].unstoppable
    assert CATALOGUE["TFA"].valid_until is Wanted.MUST
    assert CATALOGUE["TFA"].precedence_of({"urgency": "URGENT"}) is Precedence.FLASH
    assert {name for name, code in CATALOGUE.items() if code.without_agreement} == {"GCK", "GCR"}
    assert CATALOGUE["AST"].answer is Answer.DECLINE
    assert {field.name: field.choices for field in CATALOGUE["EMG"].fields}["commitment"] == ("NONE",)


def test_free_text_stands_in_reports_protests_and_answers_only() -> None:
    free = [(code.name, field) for code in CATALOGUE.values() for field in code.fields if field.kind is Kind.FREE]
    assert [name for name, _ in free] == ["IRP", "PRT", "ANS"]
    for name, field in free:
        assert CATALOGUE[name].field("language") is not None
        assert field.fits("It was an error. Это ошибка.") and not field.fits("")
        assert not field.fits("x" * (field.longest + 1))
        assert not any(field.fits(f"a{bad}b") for bad in ("\n", "\x00", "\u202e", "\ud800", "\u2028"))


def test_no_other_field_takes_free_text() -> None:
    for code in CATALOGUE.values():
        for field in (one for one in code.fields if one.kind is not Kind.FREE):
            assert field.choices or field.form or (field.low is not None and field.high is not None)
            assert not field.fits("two lines\nof anything at all"), (code.name, field.name)


def test_a_fault_is_told_without_the_value() -> None:
    assert "secret" not in fault_in(CATALOGUE["TFA"], {"secret": "secret"})
    assert "secret" not in fault_in(CATALOGUE["UNA"], {"reason": "secret"})


def test_a_key_of_two_values_and_a_space_are_other_forms() -> None:
    payload = from_json(write().envelope).payload
    for other in (payload.replace(b'"seq":3', b'"seq": 3'), payload.replace(b'"seq":3', b'"seq":3,"seq":3')):
        with pytest.raises(RemoteProtocolError, match="not canonical"):
            from_canonical(other, NORTH.public, NORTH.sign(pae(other)))
    assert canonical(json.loads(payload)) == payload


def pae(payload: bytes) -> bytes:
    """Return what DSSE signs."""
    return b"DSSEv1 %d %b %d %b" % (len(MESSAGE_TYPE), MESSAGE_TYPE.encode(), len(payload), payload)
