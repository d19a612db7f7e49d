"""How long is waited for an answer on a frequency, and how often one is asked for: the times of the terms."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Patience"]


@dataclass(frozen=True, slots=True)
class Patience:
    """The times of the terms (articles radio and failover) [s].

    Attributes:
        calls: so many calls without an answer, `call_every_s` apart, and a frequency counts as lost.
        return_after_s: it must answer for so long before it is used again.
        check_every_s: a frequency that is not used is checked at least so often; all are after `return_after_s`
            without an answer while the ground line is lost.
    """

    calls: int = 3
    call_every_s: float = 10.0
    return_after_s: float = 60.0
    check_every_s: float = 86_400.0

    @property
    def probe_s(self) -> float:
        """Between two checks of a frequency that is lost or returning [s].

        A check and its answer, each with its mark, take some 4 s of air: at most a seventh of it, below the share that
        data may fill.
        """
        return max(3 * self.call_every_s, self.return_after_s / 2)

    @property
    def alone_s(self) -> float:
        """Between two calls on a frequency that is lost while nothing else is in use [s].

        Two sides can stand apart until one of these gets through: it must leave time for what follows within 10 s. A
        call takes a little over 1 s of air, so that it stays below the share that data may fill.
        """
        return 0.6 * self.call_every_s
