"""What several test files of the command look at, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.replaying import Papers, replay
from shared import SHARED


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """Return the eight meetings on disk."""
    return Papers(tmp_path_factory.mktemp("meetings")).write()


@pytest.fixture(scope="session")
def judged(papers: Papers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the outputs of the eight meetings, replayed under their terms and with their members."""
    out = tmp_path_factory.mktemp("judged")
    assert replay(papers.recording, *papers.agreement, *papers.members, out=out).code == 0
    return out


@pytest.fixture(scope="session")
def switzerland(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the outputs of the recording of a day over Switzerland, 5 NM and 1,000 ft."""
    recording = SHARED / "data" / "recordings" / "switzerland.json.gz"
    if not recording.exists():
        pytest.skip("shared data absent: data/recordings/switzerland.json.gz")
    out = tmp_path_factory.mktemp("switzerland")
    assert replay(recording, "--separation", "5 NM, 1000 ft", out=out).code == 0
    return out
