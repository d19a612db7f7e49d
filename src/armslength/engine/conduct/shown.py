"""What each rule is shown: the times in which a pair may have been as near as the rule looks, and those around them.

Most of what pairs fly near each other is of no interest to most rules: a rule about half a mile needs not look at five
miles. What a rule is shown depends on the terms and on the meeting alone, never on what else is judged beside it.
"""

from __future__ import annotations

from dataclasses import replace

from armslength.engine.conduct.context import Context
from armslength.engine.conduct.rule import Rule
from armslength.kernel.vicinity import near_and_around


class Shown:
    """Parts of the meetings of a context, for rules; rules of one reach share one."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts: dict[tuple[float, float, float, float], Context] = {}

    def to(self, rule: Rule) -> Context:
        """Return the context with what `rule` is shown of its meetings, without those of which that is nothing.

        Of each meeting it is shown the samples from `before_s` before to `after_s` after each at which the two may have
        been within the reach, errors included; where a level is not known it may be anything. Of a meeting that a crew
        reported it is shown everything.
        """
        context, m = self._context, self._context.meetings
        far = rule.reach(context.terms)
        key = far.horizontal_m, far.vertical_m, far.before_s, far.after_s
        part = self._parts.get(key)
        if part is None:
            kept = near_and_around(m.start, m.t, m.d_h, m.d_v, m.error_h_m, m.error_v_m, *key)
            kept |= context.by_crews[m.of]
            meetings = m.part(kept)
            part = context if meetings is m else replace(context, meetings=meetings)
            self._parts[key] = part
        return part
