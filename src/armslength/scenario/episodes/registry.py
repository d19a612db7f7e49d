"""The episodes by name."""

from __future__ import annotations

from armslength.scenario.episodes import named_person, nose_crossing, planned_test, second_wave, unanswered_calls
from armslength.scenario.episodes.episode import Episode

EPISODES: dict[str, Episode] = {
    one.name: one
    for one in (
        nose_crossing.EPISODE,
        named_person.EPISODE,
        second_wave.EPISODE,
        unanswered_calls.EPISODE,
        planned_test.EPISODE,
    )
}
"""Every episode, by name."""
