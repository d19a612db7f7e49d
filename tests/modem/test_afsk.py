"""AFSK 1200: what is sent is heard, what is not sent is not, and everything else is counted by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.bench.noisy_air import in_noise
from armslength.errors import InputError, LocalProtocolError
from armslength.modem import afsk_send, hdlc
from armslength.modem.afsk import Afsk
from armslength.modem.afsk_hear import AfskDemodulator
from armslength.modem.port import BAD_CHECK, NO_FRAME, OVERSIZED, TRUNCATED, Samples
from modem.sounds import frame, hear, not_frames, quiet

MODEM = Afsk()
RATE = MODEM.rate


def decoded(snr_db: float, frames: int, modem: Afsk = MODEM, seed: int = 1) -> tuple[int, int]:
    """Return how many of `frames` were heard as sent, and how many otherwise."""
    rng, right, wrong = np.random.default_rng(seed), 0, 0
    for _ in range(frames):
        sent = frame(rng.bytes(100))
        found, _ = hear(modem, in_noise(modem.modulate(sent), modem.rate, snr_db, rng), modem.rate // 25)
        right += sent in [one.frame for one in found]
        wrong += sum(one.frame != sent for one in found)
    return right, wrong


def test_a_message_of_100_bytes_is_at_most_1_2_s_on_the_air() -> None:
    worst = frame(b"\xff" * 100)
    assert len(MODEM.modulate(worst)) / RATE <= MODEM.seconds(len(worst)) <= 1.2
    assert MODEM.seconds(len(worst)) - len(MODEM.modulate(worst)) / RATE < 0.05


@pytest.mark.parametrize("rate", [12_000, 8000, 48_000])
def test_19_of_20_at_10_db(rate: int) -> None:
    right, wrong = decoded(10.0, 20, Afsk(rate))
    assert right >= 19 and wrong == 0


def test_20_of_20_at_6_db_and_none_far_below() -> None:
    assert decoded(6.0, 20)[0] >= 19
    assert decoded(-6.0, 5) == (0, 0)


@given(st.binary(min_size=15, max_size=328), st.sampled_from([8000, 11_025, 12_000, 44_100]), st.integers(50, 5000))
@settings(max_examples=25, deadline=None)
def test_any_frame_comes_back_at_any_rate_in_any_pieces(sent: bytes, rate: int, piece: int) -> None:
    modem = Afsk(rate)
    found, ears = hear(modem, np.concatenate((quiet(modem, 0.1), modem.modulate(sent), quiet(modem, 0.1))), piece)
    assert [one.frame for one in found] == [sent]
    assert dict(ears.refused) == {}


def test_when_and_how_loud_is_told() -> None:
    sent = frame(b"x" * 80)
    burst = MODEM.modulate(sent)
    found, _ = hear(MODEM, np.concatenate((quiet(MODEM, 1.0), burst * np.float32(0.2), quiet(MODEM, 0.5))))
    (one,) = found
    first, tail = 8 * afsk_send.LEAD_FLAGS / 1200, 8 * afsk_send.TAIL_FLAGS / 1200
    assert one.began_s == pytest.approx(1.0 + first, abs=0.002)
    assert one.ended_s == pytest.approx(1.0 + len(burst) / RATE - tail, abs=0.002)
    assert one.level_db == pytest.approx(20.0 * np.log10(0.5 * 0.2), abs=0.3)


def test_a_frame_is_found_soon_after_its_end() -> None:
    burst, ears = MODEM.modulate(frame(b"x" * 80)), MODEM.demodulator()
    assert ears.feed(burst) == []
    assert len(ears.feed(quiet(MODEM, 0.12))) == 1


def test_the_same_frame_twice_is_heard_twice() -> None:
    burst = MODEM.modulate(frame(b"again"))
    found, _ = hear(MODEM, np.concatenate((burst, burst, quiet(MODEM, 0.1))))
    assert len(found) == 2


@pytest.mark.parametrize("name", ["noise", "silence", "mark", "between", "hum", "music", "clicks", "sweep"])
def test_what_is_no_frame_gives_none(name: str) -> None:
    found, ears = hear(MODEM, not_frames(RATE, 20.0)[name])
    assert found == []
    assert set(ears.refused) <= {NO_FRAME, TRUNCATED}
    assert sum(ears.refused.values()) <= (0 if name in ("noise", "silence", "hum", "clicks") else 40)
    if name in ("mark", "between"):
        assert dict(ears.refused) == {NO_FRAME: 1}


def spoilt(at: int, until: int) -> Samples:
    """Return a burst of which the bits from `at` to `until` are turned over."""
    line = hdlc.nrzi(hdlc.to_line(frame(b"message " * 10), afsk_send.LEAD_FLAGS, afsk_send.TAIL_FLAGS))
    line[at:until] ^= 1
    return np.concatenate((quiet(MODEM, 0.1), afsk_send.tones(line, RATE), quiet(MODEM, 0.2)))


@pytest.mark.parametrize("bits", [0, 1, 2, 9])
def test_one_wrong_bit_is_a_bad_check_sum_and_not_mended(bits: int) -> None:
    found, ears = hear(MODEM, spoilt(500, 500 + bits))
    assert (len(found), dict(ears.refused)) == ((0, {BAD_CHECK: 1}) if bits else (1, {}))


@pytest.mark.parametrize("share", [0.4, 0.7, 0.95])
def test_a_burst_that_breaks_off_is_truncated(share: float) -> None:
    burst = MODEM.modulate(frame(b"message " * 10))
    for end in (quiet(MODEM, 0.5), quiet(MODEM, 0.0)):
        found, ears = hear(MODEM, np.concatenate((quiet(MODEM, 0.1), burst[: int(share * len(burst))], end)))
        assert (found, dict(ears.refused)) == ([], {TRUNCATED: 1})


def test_a_frame_that_is_too_long_is_named() -> None:
    line = hdlc.nrzi(hdlc.to_line(bytes(600), afsk_send.LEAD_FLAGS, afsk_send.TAIL_FLAGS))
    found, ears = hear(MODEM, np.concatenate((afsk_send.tones(line, RATE), quiet(MODEM, 0.2))))
    assert (found, dict(ears.refused)) == ([], {OVERSIZED: 1})


def test_two_readings_of_one_burst_are_both_refused() -> None:
    ears = AfskDemodulator(RATE, 328)
    one, other = hdlc.Span(100, 500, b"A" * 20), hdlc.Span(100, 500, b"B" * 20)
    assert ears._sift([[one], [one], [], []]) == [one]
    assert AfskDemodulator(RATE, 328)._sift([[one], [], [other], []]) == []
    assert ears._sift([[], [other], [], []]) == []
    assert dict(ears.refused) == {BAD_CHECK: 1}


def test_a_stronger_station_over_a_frame_spoils_it_or_is_heard_itself() -> None:
    rng, heard = np.random.default_rng(4), 0
    for _ in range(10):
        sent, strong = frame(rng.bytes(100)), frame(rng.bytes(100))
        burst, over = MODEM.modulate(sent), MODEM.modulate(strong)
        late = int(rng.integers(2000, 8000))
        whole = np.zeros(late + len(over) + RATE, np.float32)
        whole[: len(burst)] = 0.1 * burst
        whole[late : late + len(over)] += over
        found, _ = hear(MODEM, whole)
        assert sent not in [one.frame for one in found]
        assert all(one.frame == strong for one in found)
        heard += len(found)
    assert heard == 10


def test_busy_while_somebody_talks() -> None:
    ears, rng = MODEM.demodulator(), np.random.default_rng(2)
    burst = np.concatenate((quiet(MODEM, 2.0), MODEM.modulate(frame(b"x" * 100)), quiet(MODEM, 1.0)))
    sound = (burst + rng.normal(0.0, 0.15, len(burst))).astype(np.float32)
    busy = []
    for at in range(0, len(sound), 480):
        ears.feed(sound[at : at + 480])
        busy.append(ears.busy)
    begins, ends = 50, 50 + round(MODEM.seconds(116) * 25)
    assert not any(busy[:begins]) and all(busy[begins + 3 : ends - 4]) and not any(busy[ends + 4 :])


def test_busy_while_a_voice_talks_and_not_for_steady_noise() -> None:
    ears, rng = MODEM.demodulator(), np.random.default_rng(2)
    ears.feed(rng.normal(0.0, 0.01, RATE).astype(np.float32))
    assert not ears.busy
    ears.feed((rng.normal(0.0, 0.3, RATE // 4) * np.sin(np.arange(RATE // 4) * 0.1)).astype(np.float32))
    assert ears.busy
    ears.feed(rng.normal(0.0, 0.01, RATE // 4).astype(np.float32))
    assert not ears.busy


@pytest.mark.parametrize("space_db", [-8.0, 8.0])
def test_a_radio_that_tilts_the_tones_is_heard(space_db: float) -> None:
    """A filter that passes 2200 Hz so much weaker or stronger than 1200 Hz, and delays them differently."""
    sent = frame(b"tilted " * 10)
    sound = np.concatenate((quiet(MODEM, 0.1), MODEM.modulate(sent), quiet(MODEM, 0.1)))
    spectrum, hertz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1.0 / RATE)
    gain = 10.0 ** (np.clip((hertz - 1200.0) / 1000.0, -1.0, 2.0) * space_db / 20.0)
    bent = np.fft.irfft(spectrum * gain, len(sound)).astype(np.float32)
    assert [one.frame for one in hear(MODEM, bent)[0]] == [sent]


@pytest.mark.parametrize("scale", [1e-3, 10.0, 100.0])
def test_how_loud_it_is_does_not_matter(scale: float) -> None:
    sent = frame(b"loud " * 10)
    sound = np.concatenate((MODEM.modulate(sent), quiet(MODEM, 0.1))) * np.float32(scale)
    assert [one.frame for one in hear(MODEM, sound)[0]] == [sent]


@pytest.mark.parametrize("worst", [np.nan, np.inf, -np.inf, 1e30])
@pytest.mark.filterwarnings("error")
def test_what_is_no_sound_is_got_over(worst: float) -> None:
    sent, ears = frame(b"after it " * 8), MODEM.demodulator()
    ears.feed(np.full(RATE // 10, worst, np.float32))
    found = ears.feed(np.concatenate((quiet(MODEM, 0.3), MODEM.modulate(sent), quiet(MODEM, 0.2))))
    assert [one.frame for one in found] == [sent]
    assert not ears.busy
    ears.feed(np.full(RATE // 10, 0.5, np.float32) * np.sin(np.arange(RATE // 10)).astype(np.float32))
    assert ears.busy


def test_the_same_bytes_give_the_same_sound() -> None:
    sent = frame(b"same")
    assert np.array_equal(MODEM.modulate(sent), MODEM.modulate(sent))
    assert np.abs(MODEM.modulate(sent)).max() <= 0.5


def test_the_phase_never_jumps() -> None:
    sound = Afsk(48_000).modulate(frame(b"smooth" * 10))
    # A sine of 2200 Hz at half of full scale moves by at most so much from one sample to the next.
    assert np.abs(np.diff(sound)).max() <= 0.5 * 2.0 * np.pi * 2200.0 / 48_000 + 1e-3


@pytest.mark.parametrize("length", [0, 14, 329])
def test_what_no_receiver_would_take_is_not_sent(length: int) -> None:
    with pytest.raises(LocalProtocolError, match=f"{length} bytes"):
        MODEM.modulate(bytes(length))


def test_a_rate_that_carries_no_tones_is_refused() -> None:
    with pytest.raises(InputError, match="4,000"):
        Afsk(4000)
