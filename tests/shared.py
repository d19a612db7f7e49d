"""Where the shared test data lies: beside the checkout, read from there, never committed."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1] / ".." / "shared"


def shared_data(*parts: str) -> Path:
    """Return the path of a shared data file, or skip the test, saying which file is absent."""
    path = SHARED.joinpath("data", *parts)
    if not path.exists():
        pytest.skip(f"shared data absent: data/{'/'.join(parts)}")
    return path
