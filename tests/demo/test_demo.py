"""The demonstration for real: two node processes, a ratified agreement, a cut cable, ledgers compared."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from armslength.cli.demo import verb
from armslength.demo import show
from armslength.demo.ending import hold_together, in_words
from armslength.demo.nodes import Node
from armslength.demo.stage import must_store
from armslength.demo.story import Said
from armslength.errors import InputError
from demo.conftest import Shown

pytestmark = pytest.mark.slow


def test_nothing_is_lost_and_both_are_warned_in_time(shown: Shown) -> None:
    whole = shown.summary
    assert (whole["lost"], whole["duplicated"]) == (0, 0)
    under_way = whole["sent"] - whole["delivered"] - whole["waiting"]  # it came; its mark was on the way at the end
    assert whole["delivered"] > 8 and 0 <= under_way <= 3 and whole["waiting"] <= 6
    assert whole["alerts"] >= 2 and whole["calls"] >= 4
    assert whole["first_alert_before_closest_s"] >= 60.0
    assert whole["ledgers_agree"] is True
    head_on = next(m for m in whole["meetings"] if m["name"] == "head-on")
    assert all(before >= 60.0 for before in head_on["first_alert_before_closest_s"].values())


def test_the_story_has_everything_that_was_promised(shown: Shown) -> None:
    north, south = shown.text("NORTH"), shown.text("SOUTH")
    for side in (north, south):
        assert "Version 1 is in force: both signed the same digest." in side
        assert "The ground line is open" in side
        assert "ALERT for the own officer" in side
        assert "Sends TFA" in side and "Receives TFA" in side
        for mark in ("RECEIVED", "UNDERSTOOD", "RELAYED"):
            assert f"signs: TFA {mark}" in side
    assert "Receives EMG" in south and "Receives AST" in south
    assert "Sends ADC (noted; declined by the terms) to NORTH, by itself" in south
    assert "Receives ADC" in north


def test_the_own_officer_first(shown: Shown) -> None:
    for party in ("NORTH", "SOUTH"):
        lines = [line.text for line in shown.lines if line.party == party]
        warned = next(k for k, text in enumerate(lines) if "own officer" in text or "On the screen" in text)
        assert warned < next(k for k, text in enumerate(lines) if text.startswith("Sends TFA"))


def test_what_was_said_during_the_cut_came_after_it(shown: Shown) -> None:
    at = {line.text[:12]: line.at_s for line in shown.lines if line.text.startswith(("Sends EMG", "Receives EMG"))}
    assert at["Sends EMG (e"] < 134.0 < at["Receives EMG"]


def test_the_frequencies_carry_the_talk_and_are_counted(shown: Shown) -> None:
    """Everything is checked before it is used; what is called on F1 arrives by F1; a way that is gone is left."""
    whole = shown.summary
    assert list(whole["channels"]) == ["F1", "F2", "GROUND"]
    assert all(one["sent"] >= one["delivered"] >= 0 for one in whole["channels"].values())
    assert sum(one["delivered"] for one in whole["channels"].values()) == whole["sent"] - whole["waiting"]
    assert whole["failovers"] >= 1 and whole["expired"] >= 0 and 0.0 <= whole["longest_silence_s"] < 60.0
    told = [line.text for line in shown.lines]
    checked = next(at for at, text in enumerate(told) if text.startswith("Radio check on F1"))
    by_air = next(at for at, text in enumerate(told) if text.startswith("Receives ") and " by F1" in text)
    assert checked < by_air
    assert any(text.startswith("The talk goes by F1 now") for text in told)


def test_what_broke_the_rules_is_found_on_both_sides_and_settled(shown: Shown) -> None:
    """A nose crossed, a shadow, a block entered; one finding of both, one pair of two, an amendment in force."""
    whole = shown.summary
    for rules in whole["findings"].values():
        assert rules["G05"]["BREACH"] >= 1 and rules["D01"] == {"BREACH": 1} and sum(rules["G09"].values()) == 1
    assert whole["cases"] >= 2
    assert (whole["joint_findings"], whole["two_findings"], whole["amendments"]) == (1, 1, 1)
    north, south = shown.text("NORTH"), shown.text("SOUTH")
    for side, other in ((north, "SOUTH"), (south, "NORTH")):
        assert "Finding G05 (SEV1, by SOUTH), LOFT21 and OSIER19: OSIER19 crossed" in side
        assert "opened it (SEV" in side and "committed to its evidence" in side
        assert f"the evidence of {other} is what it committed to" in side
        assert "a second person must, too" in side and "Version 2 of the agreement" in side
        assert "closed it; it is closed when both have." in side


def test_what_was_said_on_the_air_can_be_listened_to(shown: Shown) -> None:
    from armslength.adapters.radio.wav import open_wav
    from armslength.modem.afsk import Afsk

    heard = 0
    for name in ("F1", "F2"):
        wav, modem = open_wav(shown.folder / "recordings" / f"{name}.wav"), Afsk()
        ears = modem.demodulator()
        for piece in wav.pieces(modem.rate):
            heard += len(ears.feed(piece))
        heard += len(ears.finish())
    assert heard > 8


def test_each_side_saw_its_own_and_the_other(shown: Shown) -> None:
    for side in shown.summary["sides"].values():
        assert len(side["plots"]) == 4 and all(count > 200 for count in side["plots"].values())
        assert side["memory_bytes"] > 10_000_000


def test_the_summary_is_on_paper_too(shown: Shown) -> None:
    words = "\n".join(in_words(shown.summary))
    assert "0 lost, 0 duplicated" in words
    assert "both ledgers tell one story" in words
    json.dumps(shown.summary, allow_nan=False)


def test_no_term_stands_in_a_log(shown: Shown) -> None:
    """A rescue centre is named in the terms; it leaves in an ADC, and in no other word of a node."""
    assert (shown.folder / "ether.log").read_text() == ""
    logs = [(shown.folder / f"{party}.log").read_text() for party in ("north", "south")]
    assert all(len(log) > 500 for log in logs)
    for log in logs:
        assert all("ADC" in line for line in log.splitlines() if "RESCUE CENTRE" in line)
        assert [term for term in ("Northern Air Arm", "Western Guard", "terminal area") if term in log] == []


def test_a_bundle_that_was_changed_does_not_agree(shown: Shown, tmp_path: Path) -> None:
    files = [tmp_path / f"{party}.bundle" for party in ("north", "south")]
    for file in files:
        file.write_bytes((shown.folder / file.name).read_bytes())
    assert hold_together(files)["agree"] is True
    data = bytearray(files[1].read_bytes())
    data[len(data) // 2] ^= 1
    files[1].write_bytes(bytes(data))
    changed = hold_together(files)
    assert changed["agree"] is False and changed["failed"]


def test_one_bundle_alone_agrees_with_nobody(shown: Shown) -> None:
    assert hold_together([shown.folder / "north.bundle"])["agree"] is False


def test_interrupted_it_leaves_nothing_running(tmp_path: Path) -> None:
    """Ctrl-C as soon as both nodes are there: both are stopped, by themselves, and the command says so."""
    out = tmp_path / "out"
    words = [sys.executable, "-m", "armslength", "demo", "--headless", "--json", "--out", str(out)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        until = time.monotonic() + 60.0
        while len(_nodes_of(out)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(_nodes_of(out)) == 2
        demo.send_signal(signal.SIGINT)
        said, wrong = demo.communicate(timeout=30.0)
    assert demo.returncode == 130 and said == "" and "Interrupted" in wrong
    assert _nodes_of(out) == []


def test_impatience_leaves_nothing_either(tmp_path: Path) -> None:
    """Ctrl-C three times, without --out: no node, and no folder."""
    words = [sys.executable, "-m", "armslength", "demo", "--headless"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as demo:
        until = time.monotonic() + 60.0
        while len(_nodes_of(tmp_path)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(_nodes_of(tmp_path)) == 2 and len(list(tmp_path.iterdir())) == 1
        for _ in range(3):
            demo.send_signal(signal.SIGINT)
            time.sleep(0.15)
        _, wrong = demo.communicate(timeout=30.0)
    assert demo.returncode == 130 and "Interrupted" in wrong and "Traceback" not in wrong
    assert _nodes_of(tmp_path) == [] and list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_before_anything_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show.shutil, "disk_usage", lambda _: SimpleNamespace(free=3_000_000))
    lines: list[Said] = []
    with pytest.raises(InputError, match="Only 3 MB are free") as wrong:
        show.Show(tmp_path / "out", 1, 16.0, lines.append, verb).run()
    assert "--out" in str(wrong.value) and lines == [] and list((tmp_path / "out").iterdir()) == []


def test_a_disk_that_fills_ends_the_story_at_once() -> None:
    node = Node("NORTH", Path("north"), Path("north.log"), queue.SimpleQueue())
    must_store(node, {"working": True, "says": ""})
    with pytest.raises(InputError, match=r"north: The disk takes nothing: No space left\. Make room"):
        must_store(node, {"working": False, "says": "No space left."})


def test_a_node_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = [sys.executable, "-m", "armslength", "demo", "--headless", "--out", str(out)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        until = time.monotonic() + 60.0
        while "is on watch" not in _read(out / "north.log") and time.monotonic() < until:
            time.sleep(0.05)
        for number in _nodes_of(out / "north"):
            os.kill(number, signal.SIGKILL)
        _, wrong = demo.communicate(timeout=30.0)
    assert demo.returncode == 2
    assert "The node of NORTH: It was ended by signal 9." in wrong and "is on watch" in wrong
    assert _nodes_of(out) == []


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    words = [sys.executable, "-m", "armslength", "demo", "--headless", "--out", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "not an empty folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def _nodes_of(out: Path) -> list[int]:
    """Return the numbers of the node processes whose home is at or below `out`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        words = _read(path).split("\0")
        if "run" in words and any(word.startswith(str(out)) for word in words):
            found.append(int(path.parent.name))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
