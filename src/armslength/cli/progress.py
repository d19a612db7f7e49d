"""A progress bar on a terminal, nothing where the output goes elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


@contextmanager
def showing() -> Iterator[Callable[[float, str], None]]:
    """Yield a function that is told how much is done (0 to 1) and what is being done."""
    if not sys.stderr.isatty():
        yield lambda done, what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        first = "" if _compiled() else " (compiling first, once on this machine: about a minute)"
        task = bar.add_task(f"reading{first}", total=1.0)
        yield lambda done, what: bar.update(task, completed=done, description=what)


def _compiled() -> bool:
    """Whether the kernels' machine code is cached beside them for this Python, so that the first call is quick."""
    spec = find_spec("armslength.kernel")
    if spec is None or spec.origin is None:
        return True
    cache = Path(spec.origin).parent / "__pycache__"
    return any(cache.glob(f"passage.stays-*.py{sys.version_info.major}{sys.version_info.minor}.nbi"))
