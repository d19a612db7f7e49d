"""DATAC3 through libcodec2: frames of any length, at -3 dB, and parts that do not fit together."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from armslength.adapters.radio import codec2, freedv
from armslength.adapters.radio.codec2 import Datac3, Parts
from armslength.bench.noisy_air import in_noise
from armslength.errors import InputError, LocalProtocolError
from armslength.modem.port import BAD_CHECK, TRUNCATED
from modem.sounds import frame, hear, not_frames, quiet

installed = pytest.mark.skipif(not codec2.available(), reason="libcodec2 is not installed")


@installed
def test_25_of_25_at_minus_3_db() -> None:
    modem, rng, right = Datac3(), np.random.default_rng(1), 0
    for _ in range(25):
        sent = frame(rng.bytes(100))
        found, _ = hear(modem, in_noise(modem.modulate(sent), modem.rate, -3.0, rng), 4000)
        assert all(one.frame == sent for one in found)
        right += len(found)
    assert right == 25


@installed
def test_far_below_nothing_is_heard() -> None:
    modem, rng = Datac3(), np.random.default_rng(1)
    found, _ = hear(modem, in_noise(modem.modulate(frame(b"x")), modem.rate, -12.0, rng), 4000)
    assert found == []


@installed
@pytest.mark.parametrize("length", [1, 116, 120, 121, 244, 328])
def test_frames_of_any_length(length: int) -> None:
    modem, sent = Datac3(), np.random.default_rng(length).bytes(length)
    sound = modem.modulate(sent)
    assert len(sound) / modem.rate == pytest.approx(modem.seconds(length))
    (one,), ears = hear(modem, np.concatenate((quiet(modem, 1.0), sound)), 700)
    assert (one.frame, dict(ears.refused)) == (sent, {})
    assert one.began_s == pytest.approx(1.0, abs=0.15)
    assert one.ended_s == pytest.approx(1.0 + modem.seconds(length), abs=0.5)
    assert -14.0 < (one.level_db or 0.0) < -6.0


@installed
def test_at_another_rate_and_the_same_every_time() -> None:
    modem = Datac3(44_100)
    sent = frame(b"at another rate")
    assert np.array_equal(modem.modulate(sent), modem.modulate(sent))
    assert [one.frame for one in hear(modem, modem.modulate(sent))[0]] == [sent]


@installed
def test_what_breaks_off_or_misses_a_part_is_truncated() -> None:
    modem = Datac3()
    sound, burst = modem.modulate(bytes(300)), modem.modulate(bytes(1)).size
    missing = np.concatenate((sound[:burst], sound[2 * burst :], quiet(modem, 1.0)))
    for spoilt in (sound[:20_000], np.concatenate((sound[:20_000], quiet(modem, 8.0))), sound[: 2 * burst], missing):
        found, ears = hear(modem, spoilt, 800)
        assert (found, ears.refused.get(TRUNCATED)) == ([], 1)


@installed
def test_what_is_no_frame_gives_none() -> None:
    modem = Datac3()
    for name, sound in not_frames(modem.rate, 2.0).items():
        assert hear(modem, sound)[0] == [], name


@installed
def test_busy_while_a_packet_comes() -> None:
    modem = Datac3()
    ears, rng, busy = modem.demodulator(), np.random.default_rng(1), []
    sound = np.concatenate((quiet(modem, 1.0), modem.modulate(bytes(50)), quiet(modem, 1.0)))
    for piece in np.array_split(sound + rng.normal(0.0, 0.1, len(sound)).astype(np.float32), 50):
        ears.feed(piece)
        busy.append(ears.busy)
    assert not any(busy[:8]) and all(busy[16:34]) and not any(busy[-4:])


@installed
@pytest.mark.parametrize("length", [0, 329])
def test_what_does_not_fit_is_not_sent(length: int) -> None:
    with pytest.raises(LocalProtocolError):
        Datac3().modulate(bytes(length))


def packets(whole: bytes, count: int) -> list[bytes]:
    return [
        bytes((i << 4 | count - 1, len(part))) + part.ljust(124, b"\0")
        for i in range(count)
        for part in [whole[i * 124 : (i + 1) * 124]]
    ]


@installed
def test_parts_are_believed_only_together() -> None:
    sent = bytes(range(200))
    good = packets(sent + zlib.crc32(sent).to_bytes(4, "big"), 2)
    parts = Parts()
    assert [parts.add(one, 1.0) for one in good] == ["", ""] and parts.frame == sent
    assert Parts().add(good[1], 1.0) == TRUNCATED
    parts = Parts()
    assert [parts.add(one, 1.0) for one in packets(sent + bytes(4), 2)] == ["", BAD_CHECK] and parts.frame is None
    assert Parts().add(b"\x00\xff" + bytes(124), 1.0) == BAD_CHECK
    assert Parts().add(b"\x00\x03abc" + b"x" * 121, 1.0) == BAD_CHECK
    assert Parts().add(b"\x0f\x7c" + bytes(124), 1.0) == TRUNCATED  # sixteen parts: longer than any frame


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freedv, "_NAMES", ("libnothing.so.0",))
    freedv.library.cache_clear()
    try:
        assert not codec2.available()
        with pytest.raises(InputError, match="libcodec2") as told:
            Datac3()
        assert "afsk" in told.value.remedy
    finally:
        freedv.library.cache_clear()
