"""Thousands of bursts on a bad channel: is a wrong message ever accepted?

Each try is one burst with a signed message of some 100 bytes, spoilt in one of five ways, at a level of noise about
which frames are just decoded or just not: noise alone; a second station at the same time, weaker or stronger (two of
five); a fade; a cut. The check sum of a frame lets one damage in 65,536 pass; what decides is the judge, as in a node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from armslength.crypto.keys import SigningKey
from armslength.errors import RemoteProtocolError
from armslength.modem.afsk import Afsk
from armslength.modem.ax25 import HEADER, Ui
from armslength.modem.port import Modem, Samples
from armslength.protocol import air
from armslength.protocol.events import AgreementRef
from armslength.protocol.messages import Post, compose

NOISE_BAND_HZ = 3000.0
SNR_DB = (1.0, 8.0)
"""Levels of noise of the tries, in 3 kHz: from hardly any frame decoded to all."""
_PAUSE_S = 0.25
BEGIN_NS = 1_790_000_000 * 10**9


class Tries(NamedTuple):
    """What became of noisy bursts.

    Attributes:
        tries: bursts sent.
        right: frames heard as they were sent.
        wrong_frames: frames with a good check sum that nobody sent.
        accepted_wrong: those of them that the judge took for a message. Must be 0.
        not_accepted: frames heard as sent that the judge refused. Must be 0.
        refused: what else was heard, by reason.
    """

    tries: int
    right: int
    wrong_frames: int
    accepted_wrong: int
    not_accepted: int
    refused: dict[str, int]


def noisy_tries(
    tries: int,
    message: Callable[[int], bytes],
    judge: Callable[[bytes], bool],
    *,
    seed: int = 1,
    modem: Modem | None = None,
) -> Tries:
    """Send `message(i)` for every i below `tries` over a bad channel; return what was heard and what was accepted.

    Args:
        tries: how many bursts. A thousand take about half a minute.
        message: gives the info field of a frame; the same for the same number.
        judge: says whether an info field heard would be accepted as a message.
        seed: of noise and of what else happens.
        modem: AFSK 1200, where none is given.
    """
    rng, modem = np.random.default_rng(seed), modem or Afsk()
    right = wrong = accepted = lost = 0
    refused: Counter[str] = Counter()
    for number in range(tries):
        sent, other = _frame(message(number)), _frame(message(number + tries))
        ears = modem.demodulator()
        sound = _spoil(modem, sent, other, number % 5, rng)
        for one in [*ears.feed(sound), *ears.finish()]:
            whole = one.frame in (sent, other)
            kept = judge(one.frame[HEADER:])
            right += whole
            wrong += not whole
            accepted += kept and not whole
            lost += whole and not kept
        refused.update(ears.refused)
    return Tries(tries, right, wrong, accepted, lost, dict(refused))


def signed_tries(tries: int, seed: int, modem: Modem | None = None) -> Tries:
    """Return `noisy_tries` with emergency messages as a node says them, judged as a node judges them."""
    keys = [SigningKey(np.random.default_rng([seed, side]).bytes(32)) for side in (1, 2)]
    posts = [Post("NORTH", "NORTH POST"), Post("SOUTH", "SOUTH POST")]
    agreement = AgreementRef("0123456789abcdef", "sha256:" + "1" * 64, 2**62)

    def context(me: int) -> air.AirContext:
        other = 1 - me
        return air.AirContext(posts[me], keys[me].public, posts[other], keys[other].public, agreement, lambda _: ())

    def message(number: int) -> bytes:
        rng = np.random.default_rng([seed, number])
        sign = "".join(chr(ord("A") + one) for one in rng.integers(0, 26, 24))
        said = compose(
            keys[0],
            *posts,
            code="EMG",
            fields={"nature": "DISTRESS", "commitment": "NONE", "aircraft": sign, "souls": int(rng.integers(0, 1000))},
            seq=number,
            time_ns=BEGIN_NS + number * 10**9,
            agreement=agreement.id,
            terms=agreement.digest,
        )
        return air.encode(said, context(0))

    def judge(info: bytes) -> bool:
        try:
            air.decode(info, context(1))
        except RemoteProtocolError:
            return False
        return True

    return noisy_tries(tries, message, judge, seed=seed, modem=modem)


def in_noise(burst: Samples, rate: int, snr_db: float, rng: np.random.Generator) -> Samples:
    """Return a third of `burst` between two stretches of 0.25 s, all in white noise of `snr_db` [in 3 kHz]."""
    quiet = np.zeros(round(_PAUSE_S * rate), np.float32)
    power = float(np.mean(np.square(burst[burst != 0], dtype=np.float64)))
    noise = np.sqrt(power / 10.0 ** (snr_db / 10.0) * (rate / 2.0) / NOISE_BAND_HZ)
    whole = np.concatenate((quiet, burst, quiet))
    sound: NDArray[np.float64] = whole + rng.normal(0.0, noise, len(whole))
    return (sound / 3.0).astype(np.float32)


def _spoil(modem: Modem, sent: bytes, other: bytes, way: int, rng: np.random.Generator) -> Samples:
    """Return the sound of `sent` spoilt in one of five ways, in noise."""
    burst = modem.modulate(sent)
    if way in (1, 2):  # a second station, up to 6 dB weaker or stronger, that begins a little later
        late = np.zeros(int(rng.integers(0, len(burst))), np.float32)
        second = np.concatenate((late, modem.modulate(other))) * np.float32(10.0 ** (rng.uniform(-6.0, 6.0) / 20.0))
        whole = np.zeros(max(len(burst), len(second)), np.float32)
        whole[: len(burst)] = burst
        whole[: len(second)] += second
        burst = whole
    elif way == 3:  # fades at 1 to 10 a second
        n = np.arange(len(burst)) / modem.rate
        burst = burst * np.abs(np.cos(np.pi * (rng.uniform(1.0, 10.0) * n + rng.uniform()))).astype(np.float32)
    elif way == 4:  # a stretch of up to a tenth is missing
        at, long = int(rng.integers(0, len(burst))), int(rng.integers(1, len(burst) // 10))
        burst = np.concatenate((burst[:at], burst[at + long :]))
    return in_noise(burst, modem.rate, float(rng.uniform(*SNR_DB)), rng)


def _frame(info: bytes) -> bytes:
    return Ui("ARMSLG", "NORTH1", info).to_bytes()
