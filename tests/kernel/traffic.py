"""Random traffic for the tests of straight flight: dense, polar, at the date line, alike, with unknown levels."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

F64 = NDArray[np.float64]
PLACES = [(45.0, 10.0), (0.0, 180.0), (-33.0, -179.99), (90.0, 0.0), (-90.0, 50.0), (89.9, 120.0), (60.0, -720.0)]
WORLD = (0.0, 0.0)


def sky(seed: int, n: int, place: tuple[float, float], spread_km: float, quirks: tuple[str, ...]) -> dict[str, F64]:
    """Return the arguments of `detect` for n aircraft within some `spread_km` of `place`; inf: anywhere on earth."""
    rng = np.random.default_rng(seed)
    if np.isinf(spread_km):
        lat, lon = np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(-180, 180, n)
    else:
        way, azimuth = spread_km / 6371.0 * np.sqrt(rng.random(n)), rng.uniform(0, 2 * np.pi, n)
        phi, lam = np.radians(place)
        sin_lat = np.sin(phi) * np.cos(way) + np.cos(phi) * np.sin(way) * np.cos(azimuth)
        lat = np.degrees(np.arcsin(np.clip(sin_lat, -1, 1)))
        lon = np.degrees(
            lam + np.arctan2(np.sin(azimuth) * np.sin(way) * np.cos(phi), np.cos(way) - np.sin(phi) * sin_lat)
        )
    out = {
        "lat": lat,
        "lon": lon,
        "alt": rng.uniform(0.0, 12000.0, n),
        "track": rng.uniform(-180.0, 540.0, n),
        "gs": rng.uniform(0.0, 300.0, n),
        "vs": np.where(rng.random(n) < 0.6, 0.0, rng.uniform(-20.0, 20.0, n)),
    }
    if "flat" in quirks:
        out["alt"][:] = 10000.0
    if "alike" in quirks:
        out["track"][: n // 2], out["gs"][: n // 2], out["vs"][: n // 2] = 77.0, 240.0, 0.0
    if "formation" in quirks:
        out["track"][:], out["gs"][:] = rng.normal(rng.uniform(0, 360), 0.05, n), rng.normal(240.0, 0.3, n)
        out["alt"][:], out["vs"][:] = 10000.0, 0.0
    if "round and round" in quirks:
        out["gs"][:] = rng.uniform(1e4, 4e4, n)
        out["alt"][:], out["vs"][:] = 10000.0, 0.0
    if "still" in quirks:
        out["gs"][n // 3 :] = 0.0
    if "unknown" in quirks:
        out["alt"][rng.random(n) < 0.3] = np.nan
        out["vs"][rng.random(n) < 0.1] = np.nan
    if "nowhere known" in quirks:
        out["alt"][:] = np.nan
    if "spoofed" in quirks and n:
        out["gs"][rng.integers(n)] = 2058.0
        out["vs"][rng.integers(n)] = -400.0
        out["alt"][rng.integers(n)] = 3e7
    if "twins" in quirks and n > 1:
        for column in out.values():
            column[-1] = column[0]
    return out


QUIRKS = ["flat", "alike", "still", "unknown", "nowhere known", "spoofed", "twins"]
SKIES = {
    "seed": st.integers(0, 2**32 - 1),
    "place": st.sampled_from(PLACES),
    "quirks": st.lists(st.sampled_from(QUIRKS), max_size=3, unique=True).map(tuple),
}
