"""The calls of one party on one medium that nobody has answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from armslength.domain.talk import Called

MOST_CALLS = 200
"""So many are held."""


@dataclass
class Run:
    """Calls on one medium that nobody has answered, the oldest first."""

    calls: list[Called] = field(default_factory=list)

    def counted(self, every_ns: int) -> list[int]:
        """Return when it was called [UTC ns]; what is closer than `every_ns` is one call."""
        out: list[int] = []
        for one in self.calls:
            if not out or one.at_ns - out[-1] >= every_ns:
                out.append(one.at_ns)
        return out

    def add(self, call: Called) -> None:
        """Append a call; of very many, the first and the latest are kept."""
        self.calls.append(call)
        if len(self.calls) > MOST_CALLS:
            del self.calls[1]
