"""The episodes by name."""

from __future__ import annotations

from armslength.scenario.episodes import (
    flares_on_drones,
    late_notice,
    named_person,
    nose_crossing,
    planned_test,
    river_line,
    second_wave,
    suspension,
    two_passes,
    unanswered_calls,
)
from armslength.scenario.episodes.episode import Episode

EPISODES: dict[str, Episode] = {
    one.name: one
    for one in (
        nose_crossing.EPISODE,
        named_person.EPISODE,
        second_wave.EPISODE,
        unanswered_calls.EPISODE,
        planned_test.EPISODE,
        flares_on_drones.EPISODE,
        two_passes.EPISODE,
        suspension.EPISODE,
        late_notice.EPISODE,
        river_line.EPISODE,
    )
}
"""Every episode, by name."""
