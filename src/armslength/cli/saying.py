"""The words of a message for the terminal, for a sound file and for a radio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from armslength.errors import InputError

UNCHECKED = "proposal: needs a native controller's check"


def languages_of(wanted: str | None, agreed: Sequence[str]) -> list[str]:
    """Return the short names of the languages to say it in: the one wanted, else those agreed, else English.

    An agreed language for which there are no words is left out.

    Raises:
        InputError: there are no words in the one wanted.
    """
    from armslength.wording import language_of

    if wanted is not None:
        return [language_of(wanted)]
    found = []
    for name in agreed:
        try:
            found.append(language_of(name))
        except InputError:
            continue
    return found or ["en"]


def in_words(
    code: str, fields: Mapping[str, Any], languages: Sequence[str], to: str, sender: str, **more: Any
) -> dict[str, str]:
    """Return the words of a message in each of `languages`, by their short names."""
    from armslength.wording import words

    return {short: words((code, fields), short, to, sender, **more) for short in languages}


def rows(said: Mapping[str, str]) -> list[str]:
    """Return words in lines for a person: in which language where it is not English, and what nobody has checked."""
    from armslength.wording import lexicon

    out = []
    for short, text in said.items():
        mark = f"  [{UNCHECKED}]" if lexicon(short).proposal else ""
        out.append(f"{text}{mark}" if short == "en" else f"{short}: {text}{mark}")
    return out


def ready(wav: Path | None, aloud: bool, ptt: str) -> None:
    """Refuse what cannot be said before anything is sent.

    Raises:
        InputError: the synthesiser, the sound card's library or the transmitter's switch is missing, or the sound file
            is there already.
    """
    from armslength.adapters.speech import PROGRAM, RATES, available
    from armslength.cli.answering import must_be_free

    must_be_free(wav)
    if (wav is not None or aloud) and not available():
        remedy = f"Install it, for example apt-get install {PROGRAM}, or leave --wav and --say out. Nothing was sent."
        raise InputError(f"The synthesiser {PROGRAM} is not installed.", remedy=remedy)
    if aloud:
        from armslength.adapters.radio.ptt import push_of

        try:
            import sounddevice  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: F401
        except (ImportError, OSError):
            remedy = 'Install it: pip install "armslength[sound]" and PortAudio, or leave --say out. Nothing was sent.'
            raise InputError("A sound card needs sounddevice, which is not there.", remedy=remedy) from None
        push_of(ptt, RATES[1]).close()


def say(said: Mapping[str, str], wav: Path | None, aloud: bool, device: str, ptt: str) -> float:
    """Say the words, one language after the other, into a sound file, by the sound card, or both; return how long [s].

    Raises:
        InputError: it cannot be said; says why.
    """
    import numpy as np

    from armslength.adapters.radio.wav import write_wav
    from armslength.adapters.speech import RATES, synthesise
    from armslength.wording import lexicon, spoken

    rate = RATES[1]
    parts = [synthesise(spoken(text, short), lexicon(short).voice, rate) for short, text in said.items()]
    if wav is not None:
        write_wav(wav, np.concatenate(parts), rate)
    if aloud:
        _transmit(parts, rate, device, ptt)
    return float(sum(len(part) for part in parts) / rate)


def _transmit(parts: Sequence[Any], rate: int, device: str, ptt: str) -> None:
    """Say each part by the sound card, as one transmission."""
    import asyncio

    from armslength.adapters.radio.ptt import LONGEST_S, push_of
    from armslength.adapters.radio.sound_card import SoundCard

    longest = max(len(part) for part in parts) / rate
    if ptt not in {"none", "vox"} and longest > LONGEST_S - 1.0:
        what = f"It takes {longest:.0f} s, and a transmitter is turned off after {LONGEST_S:g} s."
        raise InputError(what, where="--ptt", remedy="Say it yourself, or take --ptt vox.")

    async def play() -> None:
        card = SoundCard(device, rate, push_of(ptt, rate))
        await card.open()
        try:
            for part in parts:
                await card.write(part)
        finally:
            await card.close()

    asyncio.run(play())
