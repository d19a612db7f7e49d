"""Messages over the air: few bytes, the same id, and nothing accepted that was not said to us by the other side."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.crypto.air_seal import AirSeal
from armslength.crypto.canonical import digest
from armslength.crypto.keys import SigningKey
from armslength.errors import LocalProtocolError, RemoteProtocolError
from armslength.protocol.air import AirContext, AirKind, confidential, decode, encode, kind_of, seal, unseal
from armslength.protocol.air_bits import LARGEST_FRAME, BitReader, BitWriter
from armslength.protocol.catalogue import CATALOGUE, Code, Wanted
from armslength.protocol.events import AgreementRef, Timing
from armslength.protocol.fragments import MOST_BYTES
from armslength.protocol.inbox import Inbox
from armslength.protocol.messages import NONE, Message, Post, compose
from pair import AGREEMENT, AMENDED, EMG, EPOCH_NS, NORTH, SOUTH, TFA
from saying import longest_of, said

NORTH_POST, SOUTH_POST = Post("NORTH", "NORTH POST"), Post("SOUTH", "SOUTH POST")
REF = "sha256:" + "5a" * 32
EVE = SigningKey(b"eve's key, for tests only, 32 b.")
MINUTE = 60 * 10**9


def among(ids: Iterable[str]) -> Any:
    """Return what finds an id by its first bytes."""
    return lambda prefix: [one for one in ids if bytes.fromhex(one[7:19]) == prefix]


def sending(**other: Any) -> AirContext:
    """Return how the north sees it."""
    known = AirContext(NORTH_POST, NORTH.public, SOUTH_POST, SOUTH.public, AGREEMENT, among([REF]))
    return replace(known, **other)


def hearing(**other: Any) -> AirContext:
    """Return how the south sees it."""
    known = AirContext(SOUTH_POST, SOUTH.public, NORTH_POST, NORTH.public, AGREEMENT, among([REF]))
    return replace(known, **other)


def say(code: str = "EMG", fields: dict[str, Any] | None = None, key: SigningKey = NORTH, **other: Any) -> Message:
    """Return a message of the north."""
    known = CATALOGUE[code]
    usual: dict[str, Any] = {"seq": 3, "time_ns": EPOCH_NS, "agreement": AGREEMENT.id, "terms": AGREEMENT.digest}
    usual["ref"] = None if known.ref is Wanted.NEVER else REF
    usual["valid_until_ns"] = EPOCH_NS + MINUTE if known.valid_until is Wanted.MUST else None
    fields = EMG if fields is None else fields
    return compose(key, NORTH_POST, SOUTH_POST, code=code, fields=fields, **(usual | other))


def reason(payload: bytes, context: AirContext | None = None) -> str:
    """Return why `payload` is refused."""
    with pytest.raises(RemoteProtocolError) as wrong:
        decode(payload, context or hearing())
    return wrong.value.reason


@settings(max_examples=300, deadline=None)
@given(
    said(),
    st.integers(0, 2**53 - 1),
    st.integers(0, 2**62),
    st.integers(1, 2**45),
    st.booleans(),
    st.booleans(),
)
def test_what_was_said_is_rebuilt_bit_for_bit(
    drawn: tuple[Code, dict[str, Any]], seq: int, time_ns: int, lasts_ns: int, named: bool, without: bool
) -> None:
    code, fields = drawn
    other: dict[str, Any] = {"agreement": NONE, "terms": NONE} if without else {}
    if code.ref is Wanted.MAY and not named:
        other["ref"] = None
    if code.valid_until is Wanted.MUST:
        other["valid_until_ns"] = time_ns + lasts_ns
    message = say(code.name, fields, seq=seq, time_ns=time_ns, **other)
    payload = encode(message, sending(sealed=True), largest=MOST_BYTES)
    heard = decode(payload, hearing())
    assert heard == message and heard.id == message.id and heard.envelope == message.envelope


def test_stamps_that_are_no_whole_milliseconds_are_rebuilt_too() -> None:
    """Of a message that another program composed: the signature is over nanoseconds."""
    odd = _with_stamps(say("TFA", TFA), "1790000000000000001", "1790000060000000002")
    assert decode(encode(odd, sending(), largest=999), hearing()).time_ns == 1790000000000000001
    assert decode(encode(odd, sending(), largest=999), hearing()) == odd


def _with_stamps(message: Message, time: str, until: str) -> Message:
    import json

    from armslength.crypto.canonical import canonical
    from armslength.crypto.envelope import from_json, to_json
    from armslength.crypto.envelope import seal as signed
    from armslength.protocol.messages import MESSAGE_TYPE, from_envelope

    tree = json.loads(from_json(message.envelope).payload)
    envelope = signed(MESSAGE_TYPE, canonical({**tree, "time_ns": time, "valid_until_ns": until}), NORTH)
    return from_envelope(envelope, to_json(envelope), NORTH.public)


@pytest.mark.parametrize("code", CATALOGUE.values(), ids=CATALOGUE)
def test_the_longest_of_every_code_fits_a_frame_or_the_catalogue_says_why_not(code: Code) -> None:
    late = 24 * 3600 * 10**9
    other: dict[str, Any] = {"valid_until_ns": EPOCH_NS + late} if code.valid_until is Wanted.MUST else {}
    longest = 0
    for fields in longest_of(code):
        message = say(code.name, fields, seq=2**53 - 1, **other)
        payload = encode(message, sending(sealed=True), largest=MOST_BYTES)
        assert decode(payload, hearing()) == message
        longest = max(longest, len(payload))
    assert (longest > LARGEST_FRAME) is bool(code.not_on_air)
    assert longest <= MOST_BYTES
    assert not code.not_on_air or code.not_on_air.endswith("ground line.")


def test_one_that_is_too_long_is_not_sent_and_its_code_is_named() -> None:
    fields = {"from_hash": REF, "to_hash": REF}
    with pytest.raises(LocalProtocolError, match="AMD takes"):
        encode(say("AMD", fields), sending())
    assert decode(encode(say("AMD", fields), sending(), largest=MOST_BYTES), hearing()).fields == fields


@pytest.mark.parametrize(
    "wrong",
    [
        {"me": SOUTH_POST},
        {"other": Post("SOUTH", "ANOTHER POST")},
        {"my_key": EVE.public},
        {"agreement": None},
        {"agreement": replace(AGREEMENT, id="another")},
        {"agreement": replace(AGREEMENT, digest="sha256:" + "9" * 64)},
        {"agreement": replace(AGREEMENT, earlier=("sha256:" + "1" * 6 + "0" * 58,))},
    ],
)
def test_what_the_other_side_could_not_rebuild_is_not_sent(wrong: dict[str, Any]) -> None:
    with pytest.raises(LocalProtocolError):
        encode(say(), sending(**wrong))


def test_a_position_goes_encrypted_or_not_at_all() -> None:
    fields = {**EMG, "latitude_e5": 3_500_000, "longitude_e5": 3_300_000}
    assert confidential(say("EMG", fields)) and not confidential(say())
    with pytest.raises(LocalProtocolError, match="nothing on the air is encrypted"):
        encode(say("EMG", fields), sending())
    payload = encode(say("EMG", fields), sending(sealed=True))
    secret = seal(payload, AirSeal(NORTH, SOUTH.public, [AMENDED.digest]), b"12345678")
    assert kind_of(secret) is AirKind.SEALED and len(secret) == len(payload) + 9
    theirs = AirSeal(SOUTH, NORTH.public, [AGREEMENT.digest, AMENDED.digest])
    found = unseal(secret, theirs)
    assert payload in found and decode(payload, hearing()).fields == fields
    with pytest.raises(RemoteProtocolError, match="unknown kind"):
        unseal(payload, theirs)


def test_every_bit_counts() -> None:
    message = say("TFA", TFA)
    payload = encode(message, sending())
    assert decode(payload, hearing()) == message
    reasons = set()
    for at in range(len(payload)):
        for bit in range(8):
            reasons.add(reason(payload[:at] + bytes([payload[at] ^ 1 << bit]) + payload[at + 1 :]))
    assert {"bad signature", "wrong agreement"} <= reasons


def test_what_is_cut_or_goes_on_is_refused() -> None:
    payload = encode(say("TFA", TFA), sending())
    for length in range(len(payload)):
        assert reason(payload[:length]) in {"garbage", "unknown kind", "bad signature", "bad field", "wrong agreement"}
    assert reason(payload[:-64] + b"\0" + payload[-64:]) == "garbage"
    assert reason(payload + b"\0" * 9999) == "oversized"
    assert reason(b"") == "garbage" and reason(b"\x09" + payload[1:]) == "unknown kind"


def test_codes_that_do_not_exist_are_refused() -> None:
    payload = encode(say("TFA", TFA), sending())
    for number in (0, *range(41, 64)):
        assert reason(payload[:1] + bytes([number << 2 | payload[1] & 3]) + payload[2:]) == "unknown code"


def test_a_signature_of_somebody_else_is_refused() -> None:
    message = say(key=EVE)
    payload = encode(message, sending(my_key=EVE.public))
    assert reason(payload) == "bad signature"
    assert decode(payload, hearing(other_key=EVE.public)).id == message.id  # the control


def test_what_we_said_ourselves_comes_back_as_an_echo() -> None:
    payload = encode(say(), sending())
    assert reason(payload, sending()) == "reflected"


def test_what_was_said_to_another_post_is_not_for_us() -> None:
    payload = encode(say(), sending())
    assert reason(payload, hearing(me=Post("SOUTH", "ANOTHER POST"))) == "bad signature"


def test_another_agreement_and_another_version_are_refused_and_earlier_ones_are_not() -> None:
    payload = encode(say(), sending())
    assert reason(payload, hearing(agreement=None)) == "wrong agreement"
    assert reason(payload, hearing(agreement=replace(AGREEMENT, digest=digest(b"other")))) == "wrong agreement"
    assert reason(payload, hearing(agreement=replace(AGREEMENT, id="another one"))) == "bad signature"
    assert decode(payload, hearing(agreement=AMENDED)) == say()
    other = AgreementRef(AGREEMENT.id, digest(b"ours"), AGREEMENT.expires_ns)
    assert decode(payload, hearing(agreement=other, also=(AGREEMENT.digest,))) == say()


def test_two_versions_that_begin_alike_are_told_apart_by_nobody() -> None:
    twin = replace(AGREEMENT, earlier=("sha256:" + "1" * 6 + "0" * 58,))
    assert reason(encode(say(), sending()), hearing(agreement=twin)) == "wrong agreement"


def test_a_reference_is_one_message_or_none() -> None:
    payload = encode(say("ROG", {}), sending())
    assert decode(payload, hearing()).ref == REF
    assert reason(payload, hearing(known=among([]))) == "unknown reference"
    twin = REF[:19] + "0" * 52
    assert reason(payload, hearing(known=among([REF, twin]))) == "unknown reference"
    assert decode(payload, hearing(known=lambda _: [REF, REF])).ref == REF
    assert reason(payload, hearing(known=among([twin]))) == "bad signature"


def test_a_recording_of_yesterday_is_the_message_of_yesterday_and_comes_once() -> None:
    payload = encode(say(), sending())
    inbox = Inbox("pair", Timing())
    heard = decode(payload, hearing())
    assert inbox.judge(heard)
    inbox.take(heard, False, EPOCH_NS, 0.0)
    again = decode(payload, hearing())
    assert again.id == heard.id and not inbox.judge(again)
    changed = say(fields={**EMG, "nature": "MEDICAL"})
    with pytest.raises(RemoteProtocolError, match="sequence reused"):
        inbox.judge(decode(encode(changed, sending()), hearing()))


def test_noise_is_never_a_message() -> None:
    draw = random.Random(4)
    real = encode(say("TFA", TFA), sending())
    for _ in range(2000):
        noise = bytes([AirKind.MESSAGE]) + draw.randbytes(draw.randrange(140))
        assert reason(noise)
        at = draw.randrange(len(real))
        mixed = real[:at] + draw.randbytes(draw.randrange(1, 9)) + real[at + draw.randrange(9) :]
        if mixed != real:
            assert reason(mixed)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", "TFA", "IRP"]))
def test_nothing_but_a_refusal_comes_out(data: bytes, start: str) -> None:
    if start == "TFA":
        data = encode(say("TFA", TFA), sending())[: len(data) or 1] + data
    elif start == "IRP":  # code 34, without an agreement: room for free text
        data = b"\x01" + bytes([34 << 2 | 2]) + data
    assert reason(data)


def test_rightly_signed_nonsense_is_refused_too() -> None:
    """Whoever has the key can sign anything: what no compose would make is refused for what it is."""
    payload = encode(say("EMG", EMG), sending())
    bits = BitReader(payload[1:-64])
    head = [bits.take(n) for n in (6, 1, 24)]
    seq, short, ms = bits.take_long(), bits.take(1), bits.take(42)
    out = BitWriter()
    for value, size in zip(head, (6, 1, 24), strict=True):
        out.put(value, size)
    out.put_long(seq)
    out.put(short, 1)
    out.put(ms, 42)
    out.put(7, 3)  # the eighth of six natures
    assert reason(b"\x01" + out.to_bytes() + bytes(64)) == "garbage"


@given(st.lists(st.tuples(st.integers(0, 2**63 - 1), st.booleans()), max_size=9))
def test_bits_come_back_as_they_went(numbers: list[tuple[int, bool]]) -> None:
    out = BitWriter()
    for value, fixed in numbers:
        if fixed:
            out.put(value, 63)
        else:
            out.put_long(value)
    data = BitReader(out.to_bytes())
    assert [data.take(63) if fixed else data.take_long() for _, fixed in numbers] == [value for value, _ in numbers]
    data.end()


def test_a_number_too_large_is_our_own_fault() -> None:
    with pytest.raises(LocalProtocolError):
        BitWriter().put(8, 3)


def long(value: int) -> str:
    """Write a long number as docs/protocol.md has it, in the digits 0 and 1."""
    bits = f"{value:b}" if value else ""
    return f"{len(bits):06b}{bits[1:]}"


def text(value: str, alphabet: str, longest: int) -> str:
    """Write a text of a fixed alphabet as docs/protocol.md has it."""
    number, most = 0, len(alphabet) ** len(value) - 1
    for sign in value:
        number = number * len(alphabet) + alphabet.index(sign)
    return f"{len(value):0{len(f'{longest:b}')}b}{number:0{len(f'{most:b}')}b}"


def test_a_second_radio_node_written_from_the_document_says_the_same() -> None:
    """By hand, bit by bit: whoever changes the format changes the document and these."""
    head = f"{AGREEMENT.digest[7:13]}"
    terms = "0" + f"{int(head, 16):024b}"
    stamp = "1" + f"{EPOCH_NS // 10**6 - 1_577_836_800_000:042b}"
    fields = {**TFA, "level_ft": 25000, "level_datum": "QNH", "level_sigma_ft": 300, "level_qnh_hpa": 1013}
    said_ = f"{18:06b}" + terms + long(300) + stamp + long(60_000)
    said_ += f"{3 - 1:04b}" + "0" + "1" + f"{9000:019b}"  # clock, urgency, range
    said_ += "1" + f"{25000 + 1500:017b}" + "01" + f"{300:015b}" + f"{1013 - 850:08b}"  # level, datum, sigma, pressure
    said_ += "1" + f"{5:03b}" + "0" + "0"  # direction; no closest_s, no addressed
    by_hand(say("TFA", fields, seq=300), said_)

    capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -"
    values = f"{9:06b}" + terms + long(0) + stamp + REF_BITS + text("270 LEFT", capitals + "_", 40)
    by_hand(say("RBK", {"values": "270 LEFT"}, seq=0), values)

    emergency = f"{31:06b}" + terms + long(1) + stamp + "000" + text("NORTH AIRCRAFT 2", capitals, 24) + "0" * 4
    by_hand(say("EMG", {**EMG, "nature": "DISTRESS"}, seq=1), emergency)


REF_BITS = f"{int(REF[7:19], 16):048b}"


def by_hand(message: Message, bits: str) -> None:
    """Hold the payload of `message` against `bits`."""
    bits += "0" * (-len(bits) % 8)
    packed = int(bits, 2).to_bytes(len(bits) // 8, "big")
    payload = encode(message, sending())
    assert payload[:-64] == b"\x01" + packed
    assert decode(payload, hearing()) == message
