"""radio encode and radio decode, as people type them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from armslength.adapters.radio import codec2
from armslength.adapters.radio.ether_tape import Tape, times_of
from armslength.adapters.radio.wav import write_wav
from armslength.cli import app
from armslength.errors import InputError
from armslength.modem.afsk import Afsk
from armslength.modem.ax25 import Ui
from armslength.protocol.air_bits import AirKind


def run(*words: object) -> Result:
    done = CliRunner().invoke(app, ["radio", *map(str, words)])
    if isinstance(done.exception, InputError):
        raise done.exception
    return done


@pytest.mark.parametrize("modem", ["afsk", "datac3"])
@pytest.mark.parametrize("rate", [8000, 48_000])
def test_what_is_encoded_is_decoded(tmp_path: Path, modem: str, rate: int) -> None:
    if modem == "datac3" and not codec2.available():
        pytest.skip("libcodec2 is not installed")
    path = tmp_path / "out.wav"
    done = run("encode", "здесь NORTH", path, "--modem", modem, "--rate", rate, "--from", "north1-3", "--to", "SOUTH1")
    assert done.exit_code == 0 and "s on the air" in done.output
    document = json.loads(run("decode", path, "--json").output)
    (one,) = document["frames"]
    assert (one["modem"], one["from"], one["to"], one["text"]) == (modem, "NORTH1-3", "SOUTH1", "здесь NORTH")
    assert 0.1 <= one["start_s"] < one["end_s"] <= document["sound"]["seconds"]
    assert -14.0 < one["level_db"] < -3.0
    assert document["refused"] == {}
    assert document["sound"]["rate"] == rate
    assert "NORTH1-3 to SOUTH1" in run("decode", path, "--modem", modem).output
    other = "datac3" if modem == "afsk" else "afsk"
    if codec2.available():
        assert json.loads(run("decode", path, "--modem", other, "--json").output)["frames"] == []


def test_bytes_that_are_no_text_are_told_in_hex_and_move_no_cursor(tmp_path: Path) -> None:
    for info in (b"\x1b[2J", b"\xff\xfe", b"\x00", "a\u202eb".encode()):
        write_wav(tmp_path / "in.wav", Afsk().modulate(Ui("A", "B", info).to_bytes()), Afsk().rate)
        (one,) = json.loads(run("decode", tmp_path / "in.wav", "--json", "--modem", "afsk").output)["frames"]
        assert one["hex"] == info.hex() and "text" not in one
        assert info.hex() in run("decode", tmp_path / "in.wav", "--modem", "afsk").output


def test_an_empty_frame_is_told(tmp_path: Path) -> None:
    write_wav(tmp_path / "in.wav", Afsk().modulate(Ui("A", "B", b"").to_bytes()), Afsk().rate)
    assert "B to A" in run("decode", tmp_path / "in.wav").output


def test_a_tape_of_the_ether_is_told_by_the_time_of_the_scenario(tmp_path: Path) -> None:
    tape = Tape(tmp_path, "F1", Afsk().rate)
    info = bytes([AirKind.MARK, 0x11]) + bytes(75)
    burst = (Afsk().modulate(Ui("ARMSLG", "NORTH1", info).to_bytes()) * 20_000).astype(np.int16)
    for second in (113, 250):
        tape.take(second * Afsk().rate, burst)
    tape.close()
    frames = json.loads(run("decode", tmp_path / "F1.wav", "--json", "--modem", "afsk").output)["frames"]
    assert [one["scenario_s"] for one in frames] == [pytest.approx(113.2, abs=0.1), pytest.approx(250.2, abs=0.1)]
    assert [one["kind"] for one in frames] == ["mark", "mark"] and frames[1]["start_s"] < 3.0
    said = run("decode", tmp_path / "F1.wav", "--modem", "afsk").output
    assert "[113.2 s]" in said and "mark, 77 bytes: " in said
    for wrong in ("", "no list\n1,2\n", "file_s,scenario_s\n", "file_s,scenario_s\nx,y\n"):
        (tmp_path / "F1.csv").write_text(wrong)
        assert times_of(tmp_path / "F1.wav") is None


def test_nothing_heard_is_said_and_named(tmp_path: Path) -> None:
    write_wav(tmp_path / "in.wav", np.zeros(8000, np.float32), 8000)
    assert run("decode", tmp_path / "in.wav").output == "0 frames in 1.0 s. Refused: silence 1.\n"
    noise = np.random.default_rng(1).normal(0.0, 0.1, 16_000).astype(np.float32)
    write_wav(tmp_path / "in.wav", noise, 8000)
    document = json.loads(run("decode", tmp_path / "in.wav", "--json").output)
    assert (document["frames"], document["refused"]) == ([], {"no frame": 1})


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("encode", "", "OUT"), "no text"),
        (("encode", "x" * 257, "OUT"), "257 bytes"),
        (("encode", "x", "OUT", "--rate", "4000"), "4,000 samples"),
        (("encode", "x", "OUT", "--modem", "psk"), "no modem"),
        (("encode", "x", "OUT", "--from", "not a call"), "call sign"),
        (("decode", "OUT"), "not a WAV"),
    ],
)
def test_bad_usage_is_said_and_nothing_is_written(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    path = tmp_path / "out.wav"
    if words[0] == "decode":
        path.write_text("no sound")
    with pytest.raises(InputError, match=says):
        run(*(path if word == "OUT" else word for word in words))
    assert words[0] == "decode" or not path.exists()


def test_an_older_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    path.write_text("precious")
    with pytest.raises(InputError, match="exists already"):
        run("encode", "x", path)
    assert path.read_text() == "precious"
    assert run("encode", "x", path, "--overwrite").exit_code == 0
    assert "afsk" in run("decode", path).output
