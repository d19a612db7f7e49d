"""The signed envelope: the vector of the standard, one form on the wire, every flipped bit seen."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armslength.crypto import envelope as dsse
from armslength.crypto.canonical import canonical
from armslength.crypto.envelope import MOST_SIGNATURES, Envelope, add, from_json, from_wire, seal, signers, to_json
from armslength.crypto.keys import SigningKey, verify
from armslength.errors import LocalProtocolError, RemoteProtocolError

NORTH, SOUTH = SigningKey(b"n" * 32), SigningKey(b"s" * 32)
KIND = "application/vnd.armslength.test+json"


def test_what_is_signed_is_the_text_of_the_standard() -> None:
    """DSSE v1, protocol.md: PAE of its example."""
    envelope = seal("http://example.com/HelloWorld", b"hello world", NORTH)
    text = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert verify(NORTH.public, envelope.signatures[0][1], text)
    assert not verify(NORTH.public, envelope.signatures[0][1], b"hello world")


@given(st.binary(max_size=64))
def test_there_and_back(payload: bytes) -> None:
    envelope = seal(KIND, payload, NORTH, SOUTH)
    assert from_json(to_json(envelope)) == envelope
    assert signers(envelope) == {NORTH.public, SOUTH.public}
    assert signers(Envelope(KIND + "x", payload, envelope.signatures)) == frozenset(), "the type is signed too"
    assert signers(Envelope(KIND, payload + b"x", envelope.signatures)) == frozenset()


def test_a_type_and_a_payload_cannot_lend_each_other_letters() -> None:
    envelope = seal("ab", b"c", NORTH)
    assert signers(envelope) and not signers(Envelope("a", b"bc", envelope.signatures))


def test_every_flipped_bit_loses_the_signature() -> None:
    data = to_json(seal(KIND, b'{"a":1}', NORTH))
    for at in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            with contextlib.suppress(RemoteProtocolError):
                assert NORTH.public not in signers(from_json(bytes(changed))), (at, bit)


def test_one_bad_signature_takes_nothing_from_the_other() -> None:
    good = seal(KIND, b"x", NORTH)
    both = Envelope(KIND, b"x", (*good.signatures, (SOUTH.public, bytes(64))))
    assert signers(both) == {NORTH.public}
    assert signers(from_json(to_json(both))) == {NORTH.public}


def test_no_key_signs_twice_and_not_without_end() -> None:
    envelope = seal(KIND, b"x", NORTH)
    with pytest.raises(LocalProtocolError):
        add(envelope, NORTH)
    many = seal(KIND, b"x", *(SigningKey(bytes([n] * 32)) for n in range(MOST_SIGNATURES)))
    with pytest.raises(LocalProtocolError):
        add(many, NORTH)
    with pytest.raises(LocalProtocolError):
        seal(KIND, b"x")


GOOD = json.loads(to_json(seal(KIND, b"x", NORTH)))
SIGNED = GOOD["signatures"][0]
BAD = [
    {},
    GOOD | {"more": 1},
    {k: v for k, v in GOOD.items() if k != "payload"},
    GOOD | {"payload": 1},
    GOOD | {"payload": "eA"},
    GOOD | {"payload": "eB=="},
    GOOD | {"payload": "e A=="},
    GOOD | {"payload": "\u00e9A=="},
    GOOD | {"payload": base64.urlsafe_b64encode(b"\xff\xfe\xfd").decode()},
    GOOD | {"payloadType": ""},
    GOOD | {"payloadType": "x" * 129},
    GOOD | {"payloadType": "\u00e9"},
    GOOD | {"payloadType": None},
    GOOD | {"signatures": []},
    GOOD | {"signatures": {}},
    GOOD | {"signatures": [SIGNED, SIGNED]},
    GOOD | {"signatures": [SIGNED | {"more": 1}]},
    GOOD | {"signatures": [SIGNED | {"keyid": NORTH.public.upper()}]},
    GOOD | {"signatures": [SIGNED | {"keyid": "01" + "0" * 62}]},
    GOOD | {"signatures": [SIGNED | {"keyid": 7}]},
    GOOD | {"signatures": [SIGNED | {"sig": "AA=="}]},
    GOOD | {"signatures": [SIGNED | {"keyid": f"{n:064x}"} for n in range(2, 11)]},
]


@pytest.mark.parametrize("tree", BAD)
def test_what_is_no_envelope_is_refused(tree: object) -> None:
    assert from_json(canonical(GOOD)).payload == b"x"
    with pytest.raises(RemoteProtocolError):
        from_json(canonical(tree))
    with pytest.raises(RemoteProtocolError):
        dsse.from_tree([tree])


@given(st.binary(max_size=64), st.sampled_from([KIND, "a b", 'a"b', "a\\b", "x" * 128]), st.integers(1, 2))
def test_the_quick_way_writes_and_reads_what_the_long_one_does(payload: bytes, kind: str, keys: int) -> None:
    envelope = seal(kind, payload, *(NORTH, SOUTH)[:keys])
    data = to_json(envelope)
    assert data == canonical(dsse.to_tree(envelope))
    assert from_wire(data) in (envelope, None)
    assert (from_wire(data) is not None) == (keys == 1 and kind in (KIND, "x" * 128)), "it is taken where it can be"


def judged(read: Callable[[bytes], Envelope | None], data: bytes) -> tuple[str, Envelope | None]:
    """Return the reason for which `read` refuses, or what it reads."""
    try:
        return "", read(data)
    except RemoteProtocolError as wrong:
        return wrong.reason, None


def test_whatever_is_changed_the_quick_way_judges_as_the_long_one() -> None:
    """Every byte of an envelope replaced, doubled and left out: what the quick way reads, the long one reads alike."""
    data = to_json(seal(KIND, b'{"a":12}', NORTH))
    changes = [
        data[:at] + new + data[at + 1 :] for at in range(len(data)) for new in (b"", b"A", b"=", b'"', b"/", b" ")
    ]
    taken = 0
    for changed in [*changes, *(data[:at] + data[at:][:1] + data[at:] for at in range(len(data)))]:
        reason, quick = judged(from_wire, changed)
        if reason or quick is not None:
            taken += 1
            assert judged(from_json, changed) == (reason, quick), changed
    assert taken > 100  # the control: many changes are within the pattern
