"""The synthesiser: words become sound in both languages, and what is missing or fails is said."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest

from armslength.adapters import speech
from armslength.errors import InputError
from armslength.wording import LANGUAGES, lexicon, spoken, words


@pytest.mark.parametrize("short", LANGUAGES)
@pytest.mark.parametrize("rate", speech.RATES)
def test_words_become_sound(short: str, rate: int) -> None:
    if not speech.available():
        pytest.skip("espeak-ng is not installed")
    text = spoken(words(("RCK", {"freq_id": "F2", "nonce": "0" * 16}), short, "ALPHA POST", "BRAVO POST"), short)
    sound = speech.synthesise(text, lexicon(short).voice, rate)
    assert sound.dtype == np.float32 and 1.5 < len(sound) / rate < 10.0
    assert 0.1 < float(np.abs(sound).max()) <= 1.05
    longer = speech.synthesise(f"{text} {text}", lexicon(short).voice, rate)
    assert len(longer) > 1.6 * len(sound)


def test_a_text_is_no_option_and_no_file() -> None:
    if not speech.available():
        pytest.skip("espeak-ng is not installed")
    assert len(speech.synthesise("--version -f /etc/passwd", "en-gb")) > 10_000


def test_a_voice_that_is_not_there_is_said() -> None:
    if not speech.available():
        pytest.skip("espeak-ng is not installed")
    with pytest.raises(InputError, match="has failed"):
        speech.synthesise("one", "xx")


def test_a_program_that_is_missing_fails_or_makes_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(speech, "PROGRAM", "no-such-synthesiser")
    assert not speech.available()
    with pytest.raises(InputError, match="not installed"):
        speech.synthesise("one", "en-gb")
    program = tmp_path / "synthesiser"
    monkeypatch.setattr(speech, "PROGRAM", str(program))
    for script, says in (("echo broken >&2; exit 3", "broken"), ("exit 0", "no sound"), ("exec sleep 20", "within")):
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(speech, "PATIENCE_S", 0.3 if "sleep" in script else 10.0)
        with pytest.raises(InputError, match=says):
            speech.synthesise("one", "en-gb")


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(InputError, match="8,000 or 22,050"):
        speech.synthesise("one", "en-gb", 44_100)
    with pytest.raises(InputError, match="more than"):
        speech.synthesise("one " * 1000, "en-gb")
