"""Cylinder and well clear against what NASA DAIDALUS C++ 2.0.4 computed for 5,000 pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from armslength.engine.straight import Volume, cylinder, well_clear
from armslength.units import FT, NM
from shared import shared_data

BOUNDARY = 4
"""The kind of pair that stands exactly on a border, where the last bit decides."""
BORDER_M = 1e-6
WELL_CLEAR: dict[str, dict[str, float]] = {
    "DWC1_0.66nm_450ft_35s": {"dthr": 0.66 * NM, "zthr": 450 * FT, "tthr": 35.0},
    "DWC1_4000ft_450ft_35s": {"dthr": 4000 * FT, "zthr": 450 * FT, "tthr": 35.0},
    "PREV_0.66nm_700ft_35s": {"dthr": 0.66 * NM, "zthr": 700 * FT, "tthr": 35.0},
    "DWC2_1500ft_450ft_0s": {"dthr": 1500 * FT, "zthr": 450 * FT, "tthr": 0.0},
    "NONCOOP_2200ft_450ft_0s": {"dthr": 2200 * FT, "zthr": 450 * FT, "tthr": 0.0},
    "BUF_1nm_450ft_35s_TCOA20": {"dthr": NM, "zthr": 450 * FT, "tthr": 35.0, "tcoa": 20.0},
}
CYLINDERS: dict[str, dict[str, float]] = {
    "CYL_5nm_1000ft": {"horizontal": 5 * NM, "vertical": 1000 * FT},
    "CYL_3nm_1000ft": {"horizontal": 3 * NM, "vertical": 1000 * FT},
    "NMAC_500ft_100ft": {"horizontal": 500 * FT, "vertical": 100 * FT},
}


@pytest.fixture(scope="module")
def pairs() -> pl.DataFrame:
    path = shared_data("reference", "daidalus_pairs.csv.gz")
    return pl.read_csv(path, comment_prefix="#", infer_schema_length=None)


def relative(pairs: pl.DataFrame) -> tuple[Any, Any]:
    def vectors(names: tuple[str, str, str]) -> Any:
        return pairs.select(names).to_numpy().T.astype(np.float64)

    s = vectors(("six", "siy", "siz")) - vectors(("sox", "soy", "soz"))
    return s, vectors(("vix", "viy", "viz")) - vectors(("vox", "voy", "voz"))


def ours(name: str, s: Any, v: Any, by_m: float = 0.0) -> Volume:
    """Return our answer for the volume `name`, its distances widened `by_m` [m]."""
    if name in WELL_CLEAR:
        terms = {key: value + (by_m if key in ("dthr", "zthr") else 0.0) for key, value in WELL_CLEAR[name].items()}
        return well_clear(s, v, lookahead=300.0, **terms)
    return cylinder(s, v, lookahead=300.0, **{key: value + by_m for key, value in CYLINDERS[name].items()})


def differing(name: str, pairs: pl.DataFrame, s: Any, v: Any) -> list[str]:
    """Return in words where our answer is not that of DAIDALUS."""
    said = {column: pairs[f"{name}_{column}"] for column in ("viol", "tin", "tout")}
    violated = said["viol"].cast(pl.Int64).to_numpy() == 1
    t_in, t_out = (said[c].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy() for c in ("tin", "tout"))
    answer, wider, narrower = (ours(name, s, v, by) for by in (0.0, BORDER_M, -BORDER_M))
    border = pairs["kind"].to_numpy() == BOUNDARY
    either_flag = border & (wider.violated != narrower.violated)
    either_stay = border & (np.isnan(wider.t_in) != np.isnan(narrower.t_in))
    wrong = (answer.violated != violated) & ~either_flag
    wrong |= (np.isnan(answer.t_in) != np.isnan(t_in)) & ~either_stay
    both = ~np.isnan(answer.t_in) & ~np.isnan(t_in)
    wrong |= both & ~((np.abs(answer.t_in - t_in) < 1e-6) & (np.abs(answer.t_out - t_out) < 1e-6))
    return [
        f"pair {k}: {answer.violated[k]}, {answer.t_in[k]} to {answer.t_out[k]}; "
        f"DAIDALUS {violated[k]}, {t_in[k]} to {t_out[k]}"
        for k in np.flatnonzero(wrong)
    ]


@pytest.mark.parametrize("name", [*WELL_CLEAR, *CYLINDERS])
def test_flags_and_times_are_those_of_daidalus(name: str, pairs: pl.DataFrame) -> None:
    s, v = relative(pairs)
    assert differing(name, pairs, s, v) == []
    assert int((pairs[f"{name}_viol"] == 1).sum()) >= 60  # there is something to compare


def test_the_comparison_would_see_one_pair_exchanged(pairs: pl.DataFrame) -> None:
    s, v = relative(pairs)
    inner = pairs.with_row_index("k").filter(pl.col("kind") != BOUNDARY, pl.col("DWC1_4000ft_450ft_35s_viol") == 1)
    k = int(inner["k"][0])
    s[0, k] += 1e5
    assert [line.split(":")[0] for line in differing("DWC1_4000ft_450ft_35s", pairs, s, v)] == [f"pair {k}"]
