"""A position that is told because lives depend on it: of the own aircraft, or of its crew, and of nothing else."""

from __future__ import annotations

import re

from armslength.engine.discretion.folding import Folded
from armslength.engine.discretion.kinds import Found

__all__ = ["is_own_in_need"]

_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-ZА-Я0-9])")
_OWN = re.compile(
    r"(?<!\w)(?:(?:our|own)\s+(?:\w+\s+){0,2}?(?:aircraft|crews?|pilots?|helicopter|drone|position|raft|survivors?)"
    r"|(?:наш\w*|сво\w+|собственн\w+)\s+(?:\w+\s+){0,2}?(?:самолет\w*|борт\w*|экипаж\w*|летчик\w*|вертолет\w*|беспилотник\w*|"
    r"местоположени\w*|плот\w*))(?!\w)",
    re.IGNORECASE,
)
_THEIRS = re.compile(
    r"(?<!\w)(?:your|their|target\w*|enem\w*|hostile\w*|ваш\w*|их|цел[ьией]\w*|противник\w*|враг\w*)(?!\w)",
    re.IGNORECASE,
)


def is_own_in_need(folded: Folded, found: Found) -> bool:
    """Return whether the sentence in which a position stands is about the own aircraft or its crew, and nobody else."""
    start = max((at.end() for at in _SENTENCE.finditer(folded.text) if at.end() <= found.start), default=0)
    end = min((at.start() for at in _SENTENCE.finditer(folded.text) if at.start() >= found.end), default=None)
    sentence = folded.text[start:end]
    return bool(_OWN.search(sentence)) and not _THEIRS.search(sentence)
