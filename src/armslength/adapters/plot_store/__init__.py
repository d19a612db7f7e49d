"""The plot store of a node: journals, segments, manifest. The face is `PlotStore`; docs/feeds.md shows the files."""

from __future__ import annotations

from armslength.adapters.plot_store.manifest import SegmentClosed
from armslength.adapters.plot_store.store import PlotStore, SegmentDeleted, Written

__all__ = ["PlotStore", "SegmentClosed", "SegmentDeleted", "Written"]
