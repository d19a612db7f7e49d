"""How a line of the story is meant."""

from __future__ import annotations

SCENE, TELL, GOOD, WARN, ALARM = "scene", "tell", "good", "warn", "alarm"
