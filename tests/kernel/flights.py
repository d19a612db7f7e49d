"""Random flights as sampled tracks: dense, sparse, over a pole, across the date line, alike, with holes and quirks."""

from __future__ import annotations

import math
import random

import numpy as np
from hypothesis import strategies as st

from armslength.kernel import reference_passage as plain
from armslength.kernel.reference_passage import Sample

NAN = math.nan
RADIUS = 6371000.0
PLACES = {
    "middle": (47.0, 8.0), "equator and date line": (0.0, 180.0), "date line": (-40.0, -179.995),
    "north pole": (90.0, 0.0), "south pole": (-90.0, 30.0), "near the pole": (89.95, -120.0),
}  # fmt: skip
QUIRKS = ("alike", "still", "gaps", "unknown", "datums", "places", "near", "sparse", "far", "level")
ARGUMENTS = ("start", "group", "xyz", "t", "baro", "geo", "linked", "error_h", "error_v", "force")

SKIES = {
    "seed": st.integers(0, 2**32 - 1),
    "n": st.integers(2, 4),
    "place": st.sampled_from(sorted(PLACES)),
    "quirks": st.lists(st.sampled_from(QUIRKS), max_size=3, unique=True).map(tuple),
}


def surface(lat: float, lon: float) -> tuple[float, float, float]:
    """Return the ECEF point [m] of `lat`, `lon` [rad] on WGS-84."""
    e2 = 1.0 - (plain.POLAR / plain.EQUATORIAL) ** 2
    n = plain.EQUATORIAL / math.sqrt(1.0 - e2 * math.sin(lat) ** 2)
    return (
        n * math.cos(lat) * math.cos(lon),
        n * math.cos(lat) * math.sin(lon),
        n * (1.0 - e2) * math.sin(lat),
    )


def turned(normal: list[float], heading: list[float], angle: float) -> tuple[list[float], list[float]]:
    """Return `normal` and `heading` (unit vectors) after going `angle` [rad] along a great circle."""
    c, s = math.cos(angle), math.sin(angle)
    return (
        [a * c + b * s for a, b in zip(normal, heading, strict=True)],
        [b * c - a * s for a, b in zip(normal, heading, strict=True)],
    )


def veered(normal: list[float], heading: list[float], angle: float) -> list[float]:
    """Return `heading` turned right by `angle` [rad]."""
    x, y, z = normal
    a, b, c = heading
    right = [b * z - c * y, c * x - a * z, a * y - b * x]
    return [math.cos(angle) * p + math.sin(angle) * q for p, q in zip(heading, right, strict=True)]


def sky(seed: int, n: int, place: str, quirks: tuple[str, ...]) -> tuple[list[list[Sample]], list[int], plain.Rules]:
    """Return n tracks of about two minutes around `place`, their groups, and the rules to hold them to."""
    rng = random.Random(seed)
    lat, lon = (math.radians(a) for a in PLACES[place])
    middle = [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)]
    north = [-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)]
    level = rng.uniform(3000.0, 9000.0)
    tracks: list[list[Sample]] = []
    common = (rng.uniform(0, 2 * math.pi), rng.uniform(60, 300))
    every = rng.choice([4.0, 10.0])
    for _ in range(n):
        way = (60_000.0 if "far" in quirks else 9_000.0) * math.sqrt(rng.random())
        normal, heading = turned(middle, veered(middle, north, rng.uniform(0, 2 * math.pi)), way / RADIUS)
        direction, speed = common if "alike" in quirks else (rng.uniform(0, 2 * math.pi), rng.uniform(0, 320))
        speed = 0.0 if "still" in quirks and rng.random() < 0.5 else speed
        heading = veered(normal, heading, direction)
        baro_known = "datums" not in quirks or rng.random() < 0.6
        geo_known = not baro_known or ("datums" in quirks and rng.random() < 0.5)
        up = 0.0 if "level" in quirks else rng.uniform(-15, 15)
        alt = level if "level" in quirks else level + rng.uniform(-900, 900)
        t = 0.0 if "alike" in quirks else rng.uniform(0, 15)
        track = []
        for _ in range(rng.choice([1, 2]) if rng.random() < 0.08 else rng.randint(4, 12)):
            lost = "unknown" in quirks and rng.random() < 0.25
            at = surface(math.asin(max(-1.0, min(1.0, normal[2]))), math.atan2(normal[1], normal[0]))
            track.append(
                Sample(
                    t, at, alt if baro_known and not lost else NAN, alt + 80.0 if geo_known and not lost else NAN,
                    not ("gaps" in quirks and rng.random() < 0.2), rng.uniform(0, 300), rng.uniform(0, 60),
                    rng.randrange(4) if "places" in quirks else plain.IN_AREA,
                )
            )  # fmt: skip
            step = every if "alike" in quirks else rng.uniform(0.3, 60.0 if "sparse" in quirks else 15.0)
            normal, heading = turned(normal, heading, speed * step / RADIUS)
            heading = veered(normal, heading, 0.0 if "alike" in quirks else rng.uniform(-0.3, 0.3))
            t, alt = t + step, alt + up * step
        track[-1] = Sample(**{**vars(track[-1]), "linked": False})
        tracks.append(track)
    h, v = rng.choice([(5556.0, 914.4), (9260.0, 304.8), (1500.0, 150.0)])
    near = rng.choice([2000.0, 400.0, h + 500.0]) if "near" in quirks else 152.4
    group = [rng.randrange(-1, 2) for _ in range(n)] if "places" in quirks else list(range(n))
    return tracks, group, plain.Rules(h, v, near, 457.2)


def arrays(tracks: list[list[Sample]], group: list[int]) -> dict[str, np.ndarray]:
    """Return the tracks as the arguments of `passage.stays`."""
    flat = [s for track in tracks for s in track]
    return {
        "start": np.concatenate([[0], np.cumsum([len(track) for track in tracks])]).astype(np.int64),
        "group": np.array(group, np.int64),
        "xyz": np.array([s.xyz for s in flat]).reshape(-1, 3).T.copy(),
        "t": np.array([s.t for s in flat], np.float64),
        "baro": np.array([s.baro for s in flat], np.float64),
        "geo": np.array([s.geo for s in flat], np.float64),
        "linked": np.array([s.linked for s in flat], np.bool_),
        "error_h": np.array([s.error_h for s in flat], np.float64),
        "error_v": np.array([s.error_v for s in flat], np.float64),
        "force": np.array([s.force for s in flat], np.uint8),
    }
