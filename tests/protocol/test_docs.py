"""docs/protocol.md and the code say the same: every code, field, frame, member, reason and bound."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from armslength.crypto import air_seal
from armslength.crypto.envelope import from_json
from armslength.protocol import (
    air,
    air_bits,
    air_marks,
    fragments,
    frames,
    greeting,
    inbox,
    line,
    marks,
    messages,
    outbox,
    session,
)
from armslength.protocol.air import AirKind
from armslength.protocol.catalogue import CATALOGUE, Code, Precedence, Wanted
from armslength.protocol.events import Timing
from armslength.protocol.messages import MESSAGE_TYPE
from armslength.protocol.refusals import REASONS
from pair import EMG
from straight import Straight

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text()
SOURCES = Path(messages.__file__).parent


def chapter(code: Code) -> str:
    """Return what the document says about `code`."""
    found = re.search(
        rf"^### {code.name}: {re.escape(code.meaning)}\n(.*?)(?=^### |\Z)", TEXT, re.DOTALL | re.MULTILINE
    )
    assert found is not None, code.name
    return re.sub(r"(?<![|\n])\n(?![|\n])", " ", found[1])


@pytest.mark.parametrize("code", CATALOGUE.values(), ids=CATALOGUE)
def test_every_code_and_field_is_documented_as_it_is(code: Code) -> None:
    text = chapter(code)
    assert text.startswith(code.precedence.name) and f"answer due: {code.answer.value}" in text
    assert ("in `ref`" in text) is (code.ref is not Wanted.NEVER)
    assert ("may name the message" in text) is (code.ref is Wanted.MAY)
    assert ("`valid_until_ns`" in text) is (code.valid_until is Wanted.MUST)
    assert ("said by a person" in text) is code.by_person and ("read back (RBK)" in text) is code.read_back
    assert all(f"`{article}`" in text for article in (code.answer_in, code.finally_in) if article)
    assert ("On the air: " in text) is bool(code.not_on_air) and ("in no order" in text) is code.unordered
    rows = {row[0]: row[1:] for row in re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", text, re.MULTILINE)}
    assert set(rows) == {field.name for field in code.fields}
    for field in code.fields:
        holds, need = rows[field.name]
        assert field.says in holds
        assert all(choice in holds for choice in field.choices)
        assert field.low is None or f"{field.low} to {field.high}" in holds
        assert (need == "must") is field.required
        assert field.form.replace("|", "\\|") in holds or (field.longest and f"1 to {field.longest} signs" in holds)
        assert ("; read back" in holds) is field.read_back and ("only encrypted" in holds) is field.sealed
        assert field.when is None or need == f"with {field.when[0]} {' or '.join(field.when[1])}, only"


def test_no_code_is_documented_that_does_not_exist() -> None:
    assert re.findall(r"^### ([A-Z]{3}):", TEXT, re.MULTILINE) == list(CATALOGUE)


def test_every_frame_and_member_is_documented() -> None:
    for kind, members in frames._MEMBERS.items():
        assert f"`{kind}`" in TEXT or f'"kind":"{kind}"' in TEXT, kind
        for member in members:
            assert f"`{member}`" in TEXT or f'"{member}"' in TEXT, (kind, member)
    for keys in (messages._KEYS, marks._KEYS, greeting._KEYS):
        assert [key for key in keys if f"`{key}`" not in TEXT] == []
    for kind in (messages.MESSAGE_TYPE, marks.MARK_TYPE, greeting.PROOF_TYPE, greeting.PROTOCOL, messages.FORMAT):
        assert f"`{kind}`" in TEXT


def test_every_reason_is_documented_and_used() -> None:
    assert dict(re.findall(r"^\| `([a-z ]+)` \| ([^|]*) \|$", TEXT, re.MULTILINE)).items() >= REASONS.items()
    code = "".join(path.read_text() for path in SOURCES.glob("*.py") if path.name != "refusals.py")
    assert [reason for reason in REASONS if f'"{reason}"' not in code] == []


def test_every_bound_is_the_one_that_is_documented() -> None:
    timing = Timing()
    assert (timing.ping_s, timing.frozen_s, timing.vanished_s, timing.hello_s, timing.gap_s) == (1, 4, 2, 5, 3)
    assert (timing.resend_s, timing.resend_most_s, timing.brisk_s) == (1, 8, 0.3)
    assert (outbox.WINDOW, outbox.REMEMBERED, inbox.KEPT, outbox.OLD_COPY) == (1024, 1024, 1024, 2**20)
    assert (outbox.NARROW, outbox.WIDE, outbox.CAPACITY) == (8, 512, 8192)
    rooms = [outbox.CAPACITY - outbox.RESERVE[precedence] for precedence in Precedence]
    assert rooms == [8192, 7168, 5120]
    assert (frames.FRAME_LIMIT, frames.LARGE_LIMIT, messages.LARGEST) == (65536, 262144, 4096)
    assert (frames.MOST_DIGESTS, frames.MOST_HASHES, marks.MOST_ENTRIES) == (256, 128, 256)
    assert (session.BURST, session.STEADY, line.MOST_PATHS, line.OVERTIME_NS) == (64, 8, 8, 60 * 10**9)


def test_what_goes_over_the_air_is_documented_as_it_is() -> None:
    chapter_ = TEXT[TEXT.index("## On the air") : TEXT.index("## Refusals")]
    assert dict(re.findall(r"^\| (\d) `([A-Z]+)` \|", chapter_, re.MULTILINE)) == {
        str(one.value): one.name for one in AirKind
    }
    bounds = (air_bits.LARGEST_FRAME, fragments.MOST_BYTES, fragments.MOST_AT_ONCE, air_marks.MOST_ON_AIR)
    assert bounds == (120, 4096, 8, 16)
    assert (fragments.Pace().ask_s, fragments.Pace().asks, air_seal.NONCE, air._MS_BITS) == (6, 5, 8, 42)
    assert (air._TERMS_BITS, air._REF_BITS, air_seal._INFO.decode() in chapter_) == (24, 48, True)
    long = ", ".join([name for name, code in CATALOGUE.items() if code.not_on_air][:-1])
    assert f"but for {long} and RSM" in " ".join(chapter_.split())


def test_a_message_on_the_wire_has_the_members_documented() -> None:
    pair = Straight()
    frame = pair.north.peer.send("EMG", EMG, pair.now).envelope
    assert set(json.loads(frame)) == {"payload", "payloadType", "signatures"}
    assert from_json(frame).payload_type == MESSAGE_TYPE


def test_a_field_left_out_of_the_document_would_be_found() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", chapter(CATALOGUE["TFA"]).replace("| `clock` |", "| clock |"), re.MULTILINE)
    assert set(rows) != {field.name for field in CATALOGUE["TFA"].fields}
