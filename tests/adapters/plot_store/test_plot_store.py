"""The plot store: bit for bit back, whole after any crash, bounded, and nothing exchanged unseen."""

from __future__ import annotations

import json
import math
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.adapters.plot_store import PlotStore, SegmentClosed
from armslength.adapters.plot_store import store as storing
from armslength.adapters.plot_store.journal import Journal
from armslength.adapters.plot_store.manifest import NAME, Manifest
from armslength.adapters.plot_store.rows import plots_of, rows_of, why_not
from armslength.adapters.plot_store.store import EPOCH, ORDER, SEGMENT_NS, SOURCE, folder_of
from armslength.adapters.recording import open_recordings, stored
from armslength.domain.plot import KeptAside, Plot, Plots, Roster, pack
from armslength.errors import StoreError
from armslength.units import NS

BEGIN = 1_700_000_400 * NS
FIELDS = [name for name in Plots.__dataclass_fields__ if name not in ("rest_from_ns", "file", "aircraft")]


def plot(second: float = 0.0, who: str = "4b0001", **said: object) -> Plot:
    return Plot(BEGIN + round(second * NS), who, 46.0, 8.0, **said)  # type: ignore[arg-type]


def store_at(folder: Path, retention_s: float = 1e9, budget: int = 10**12) -> PlotStore:
    return PlotStore(folder, retention_s, budget)


def stored_rows(folder: Path) -> int:
    """Return how many rows `replay` would read."""
    total = 0
    for recording in open_recordings([folder]):
        total += sum(len(b) for b in recording.batches(0, Roster(), KeptAside(), []))
    return total


def texts(plots: Plots, roster: Roster) -> list[str]:
    return [roster.addresses[a] for a in plots.aircraft.tolist()]


NUMBER = st.floats(-1e5, 1e5) | st.just(math.nan) | st.sampled_from([0.0, -0.0, math.inf, 1e300, 5e-324])
PLOT = st.builds(
    Plot,
    time_ns=st.integers(BEGIN, BEGIN + 2 * SEGMENT_NS - 1),
    address=st.sampled_from(["4b0001", "abcdef", "~abcdef", "~radar1.r17", "4b0002"]),
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180, exclude_max=True),
    callsign=st.sampled_from(["", "SWR1", " SWR1 ", "NaN", "none", "VIPER 1", "\u00e9\u0000X", "ABCDEFGHIJKLMNOPQRS"]),
    alt_baro_m=NUMBER, alt_geo_m=NUMBER, gs_mps=NUMBER, track_deg=NUMBER, vs_mps=NUMBER, on_ground=st.booleans(),
    accuracy_m=NUMBER, nic=st.integers(-1, 11), nac_p=st.integers(-1, 11),
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(PLOT, min_size=1, max_size=25))
def test_what_is_judged_live_is_what_a_replay_reads_bit_for_bit(tmp_path_factory, plots):
    folder = tmp_path_factory.mktemp("plots")
    store, live, roster = store_at(folder), [], Roster()
    for part in (plots[:10], plots[10:]):
        written, error = store.add("a b/c", part, BEGIN)
        assert error is None
        live += [(w.from_ns, plots_of(w.rows, roster, 0, w.first_row)) for w in written]
    segments = store.close_before(BEGIN + 10 * SEGMENT_NS)
    again = Roster()
    for segment in segments:
        [recording] = open_recordings([folder / segment.path])
        problems: list = []
        aside = KeptAside()
        [read] = recording.batches(0, again, aside, problems)
        assert (problems, aside.counts) == ([], {})
        mine = [p for begin, p in live if begin == segment.from_ns]
        for name in FIELDS:
            ours = np.concatenate([getattr(p, name) for p in mine])
            theirs = getattr(read, name)
            assert ours.dtype == theirs.dtype, name
            assert np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f"), name
            known = ~np.isnan(ours) if ours.dtype.kind == "f" else slice(None)
            assert ours[known].tobytes() == theirs[known].tobytes(), name  # zero has a sign
        assert [who for p in mine for who in texts(p, roster)] == texts(read, again)
    for index, who in enumerate(again.addresses):
        mine_index = roster.addresses.index(who)
        for time_ns in sorted({p.time_ns for p in plots}):
            assert again.callsigns(index, time_ns + 1) == roster.callsigns(mine_index, time_ns + 1)


@settings(deadline=None, max_examples=60)
@given(st.lists(PLOT.filter(lambda p: p.callsign in {"", "SWR1"} and not math.isinf(p.alt_baro_m)), max_size=12))
def test_rows_are_packed_as_live_plots_are(plots):
    plots = [p._replace(nac_p=-1, **dict.fromkeys(("alt_baro_m", "alt_geo_m", "gs_mps", "vs_mps", "accuracy_m"), 7.7),
                        track_deg=1.1) for p in plots]  # fmt: skip
    one, other = Roster(), Roster()
    a, b = pack(plots, one, 3, 5), plots_of(rows_of(plots, BEGIN), other, 3, 5)
    for name in FIELDS:
        assert (
            getattr(a, name).tobytes() == getattr(b, name).tobytes()
            and getattr(a, name).dtype == getattr(b, name).dtype
        )
    assert texts(a, one) == texts(b, other)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"address": "XYZ"}, "no address"), ({"address": "4B0001"}, "no address"),
        ({"address": "~" + "x" * 40}, "no address"), ({"address": "~a\nb"}, "no address"),
        ({"time_ns": 5}, "impossible time"), ({"time_ns": 2**62}, "impossible time"),
        ({"lat": math.nan}, "position out of range"), ({"lon": 180.0}, "position out of range"), ({}, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_stored_is_told(change, why):
    assert why_not(plot()._replace(**change)) == why


def test_the_names_in_the_metadata_are_those_that_replay_looks_for():
    assert (SOURCE, ORDER, EPOCH) == (stored.SOURCE, stored.ORDER, stored.EPOCH)


def test_a_killed_process_loses_nothing_that_add_returned_for(tmp_path):
    """SIGKILL in the middle of writing; the journal is taken up again."""
    script = (
        "import sys; from pathlib import Path\n"
        "from armslength.adapters.plot_store import PlotStore\n"
        "from armslength.domain.plot import Plot\n"
        f"store = PlotStore(Path({str(tmp_path)!r}), 1e9, 10**12)\n"
        "n = 0\n"
        "while True:\n"
        f"    store.add('a', [Plot({BEGIN} + n, '4b0001', 46.0, 8.0)] * 50, {BEGIN})\n"
        "    n += 1\n"
        "    print(n, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(20):
        last = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    last = max([last, *(int(line) for line in process.stdout.read().split() if line)])
    process.wait()
    store = store_at(tmp_path)
    [(source, rows)] = store.waiting()
    assert source == "a" and len(rows) in {50 * last, 50 * (last + 1)}
    [closed] = store.seal()
    assert closed.rows == len(rows) == stored_rows(tmp_path)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_journal_cut_anywhere_keeps_its_whole_frames(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cut")
    store = store_at(folder)
    sizes = []
    for n in range(4):
        store.add("a", [plot(n)] * (n + 1), BEGIN)
        [path] = folder.glob("a/*.journal")
        sizes.append(path.stat().st_size)
    cut = data.draw(st.integers(sizes[0], sizes[-1]))
    path.write_bytes(path.read_bytes()[:cut])
    again = store_at(folder)
    whole = sum(n + 1 for n in range(4) if sizes[n] <= cut)
    assert sum(len(rows) for _, rows in again.waiting()) == whole
    assert bool(again.troubles) == (cut not in sizes)
    again.add("a", [plot(9)], BEGIN)
    assert again.seal()[0].rows == whole + 1


def test_a_journal_that_cannot_be_understood_is_put_aside_and_told(tmp_path):
    store_at(tmp_path).add("a", [plot()], BEGIN)
    [path] = tmp_path.glob("a/*.journal")
    path.write_bytes(b"garbage")
    store = store_at(tmp_path)
    assert len(store.troubles) == 1 and path.with_suffix(".damaged").read_bytes() == b"garbage"
    store.add("a", [plot()], BEGIN)
    assert store.seal()[0].rows == 1


@pytest.mark.parametrize("step", ["before the rename", "before the manifest", "before the journal goes"])
def test_a_crash_between_any_two_steps_of_closing_is_made_good(tmp_path, monkeypatch, step):
    store = store_at(tmp_path)
    store.add("a", [plot(n) for n in range(5)], BEGIN)

    class PowerGoneError(Exception):
        pass

    def gone(*said: object) -> None:
        raise PowerGoneError

    where = {
        "before the rename": (storing, "replace_file"), "before the manifest": (Manifest, "add"),
        "before the journal goes": (Journal, "discard"),
    }[step]  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(*where, gone)
        with pytest.raises(PowerGoneError):
            store.close_before(BEGIN + 2 * SEGMENT_NS)
    again = store_at(tmp_path)
    again.close_before(BEGIN + 2 * SEGMENT_NS)
    assert stored_rows(tmp_path) == 5
    assert again.check() == [] and len(again.manifest.segments) == 1
    assert list(tmp_path.glob("a/*.journal")) == []


def many(folder: Path, count: int, **said: object) -> PlotStore:
    store = store_at(folder, **said)  # type: ignore[arg-type]
    for n in range(count):
        store.add("a", [plot(600 * n, f"4b{k:04x}") for k in range(50)], BEGIN)
        store.close_before(BEGIN + (n + 1) * SEGMENT_NS)
    return store


def test_what_is_beyond_the_retention_is_deleted(tmp_path):
    store = many(tmp_path, 10, retention_s=3600.0)
    deleted = store.trim(BEGIN + 10 * SEGMENT_NS)
    assert [d.why for d in deleted] == ["retention"] * 3
    assert len(list(tmp_path.glob("a/*.parquet"))) == 7 == len(store.manifest.segments)
    assert many_left(tmp_path) == 7


def test_a_clock_that_jumps_ahead_does_not_empty_the_store(tmp_path):
    store = many(tmp_path, 4, retention_s=3600.0)
    assert store.trim(BEGIN + 10**6 * SEGMENT_NS) == []


def test_the_store_stays_within_its_budget(tmp_path):
    store = many(tmp_path, 10)
    size = store.manifest.bytes
    store.budget_bytes = size // 2
    deleted = store.trim(BEGIN)
    assert {d.why for d in deleted} == {"budget"} and 4 <= len(deleted) <= 6
    left = sum(p.stat().st_size for p in tmp_path.glob("a/*.parquet"))
    assert left == store.manifest.bytes <= size // 2
    assert min(s.from_ns for s in store.manifest.segments.values()) == BEGIN + len(deleted) * SEGMENT_NS


def many_left(folder: Path) -> int:
    return len(store_at(folder).manifest.segments)


def test_the_manifest_is_bounded_too(tmp_path, monkeypatch):
    monkeypatch.setattr("armslength.adapters.plot_store.manifest.DEAD_LINES", 40)
    manifest = Manifest(tmp_path / NAME)
    for n in range(60):
        manifest.add(SegmentClosed("a", f"a/{n}", n, n, 0, 1, 1, "0" * 64, n, n))
        if n >= 3:
            manifest.delete(f"a/{n - 3}", "retention")
    again = Manifest.read(tmp_path / NAME)
    assert again.faults == [] and len(again.segments) == 3 and again.chain == manifest.chain
    assert len((tmp_path / NAME).read_bytes().splitlines()) < 100


def test_every_change_of_the_manifest_is_seen(tmp_path):
    many(tmp_path, 3)
    path = tmp_path / NAME
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert Manifest.read(path).faults == []
    for changed in (lines[0] + lines[2], lines[1] + lines[0] + lines[2], whole.replace(b'"rows":50', b'"rows":51', 1)):
        path.write_bytes(changed)
        assert Manifest.read(path).faults != []
    for at in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert Manifest.read(path).faults != []


def test_a_line_of_the_manifest_that_is_not_whole_is_given_up_and_its_segment_written_again(tmp_path):
    store = store_at(tmp_path)
    store.add("a", [plot()], BEGIN)
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    store.close_before(BEGIN + SEGMENT_NS)
    shutil.copytree(tmp_path / "copy", tmp_path / "a", dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "copy")
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-20])
    again = store_at(tmp_path)
    again.close_before(BEGIN + SEGMENT_NS)
    assert again.check() == [] and Manifest.read(path).faults == [] and stored_rows(tmp_path) == 1


def test_a_damaged_manifest_is_told_and_what_stands_behind_is_kept(tmp_path):
    store = many(tmp_path, 3)
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes().replace(b'"rows":50', b'"rows":51', 1))
    again = store_at(tmp_path)
    assert any("line 1" in str(t) for t in again.troubles)
    assert len(again.manifest.segments) == 2
    again.add("a", [plot(1800)], BEGIN)
    again.close_before(BEGIN + 4 * SEGMENT_NS)
    assert len(path.read_bytes().splitlines()) == 4
    assert len(store.manifest.segments) == 3


def test_a_segment_that_was_changed_or_is_gone_is_found(tmp_path):
    many(tmp_path, 3)
    one, two, _ = sorted(tmp_path.glob("a/*.parquet"))
    data = bytearray(one.read_bytes())
    data[len(data) // 2] ^= 1
    one.write_bytes(bytes(data))
    two.unlink()
    store = store_at(tmp_path)
    assert [str(two) in str(t) for t in store.troubles] == [True]
    found = [str(fault) for fault in store.check()]
    assert len(found) == 2 and "changed" in found[0] and "cannot be read" in found[1]


@pytest.mark.parametrize("where", ["journal", "segment", "manifest"])
def test_a_full_disk_is_told_loses_nothing_stored_and_is_recovered_from(tmp_path, monkeypatch, where):
    store = store_at(tmp_path)
    assert store.add("a", [plot(1)] * 10, BEGIN)[1] is None
    with monkeypatch.context() as patch:
        if where == "journal":
            patch.setattr("armslength.adapters.plot_store.journal._write", half_written)
            written, error = store.add("a", [plot(2)] * 10, BEGIN)
            assert written == [] and isinstance(error, StoreError) and "No space" in str(error)
        else:
            target = (storing, "replace_file") if where == "segment" else (Manifest, "add")
            patch.setattr(*target, full)
            assert store.close_before(BEGIN + SEGMENT_NS) == []
            assert [type(t) for t in store.take_troubles()] == [StoreError]
    if where == "journal":
        assert store.add("a", [plot(3)] * 10, BEGIN)[1] is None
    store.close_before(BEGIN + SEGMENT_NS)
    assert stored_rows(tmp_path) == (20 if where == "journal" else 10)
    assert store.troubles == [] and store_at(tmp_path).troubles == []


def half_written(descriptor: int, data: bytes, at: int) -> None:
    import os

    os.pwrite(descriptor, data[: len(data) // 2], at)
    raise OSError(28, "No space left on device")


def full(*said: object) -> None:
    raise StoreError("No space left on device")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be made"):
        store_at(tmp_path / "file" / "plots")


def test_names_of_sources_make_safe_folders():
    assert [folder_of(n) for n in ("roof", "antenna north", "../x", ".hidden", "a/b")] == [
        "roof", "antenna%20north", "%2E.%2Fx", "%2Ehidden", "a%2Fb",
    ]  # fmt: skip


def test_files_are_for_their_owner_alone(tmp_path):
    store = many(tmp_path / "plots", 1)
    store.add("a", [plot(1200)], BEGIN)
    for path in (tmp_path / "plots").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_payload_for_the_ledger_is_json_with_times_as_strings(tmp_path):
    store = store_at(tmp_path)
    store.add("a", [plot()], BEGIN)
    [closed] = store.seal()
    payload = json.loads(json.dumps(closed.payload()))
    assert payload["from_ns"] == str(BEGIN) and payload["rows"] == 1 and len(payload["sha256"]) == 64
    assert payload["chain"] == store.manifest.chain
