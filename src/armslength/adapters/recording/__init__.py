"""Recordings of air traffic -> batches of `Plots`: tables (CSV, Parquet, JSON) and readsb traces, gzipped or not.

The face is `open_recordings`; formats, columns and units are described in docs/recordings.md.
"""

from __future__ import annotations

from armslength.adapters.recording.files import FORMATS, Recording, open_recordings

__all__ = ["FORMATS", "Recording", "open_recordings"]
