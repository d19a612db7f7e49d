"""G12 read slowly: sample by sample, in plain Python, straight from the catalogue. Tests hold the rule equal to it."""

from __future__ import annotations

import math

G0 = 9.80665
ON_IT = 1.0 - 1e-9


def over(value, bound, limit, sign):
    """Whether `value` is over `limit`: sign +1 with all errors for it, 0 as measured, -1 with all against it."""
    if math.isnan(value) or math.isnan(bound):
        return sign > 0
    return value + sign * bound > limit / ON_IT


def course(s, by):
    return math.atan2(s.v_east[by], s.v_north[by])


def course_error(s, by):
    speed = math.hypot(s.v_east[by], s.v_north[by])
    if math.isnan(s.error_speed[by]) or s.error_speed[by] >= speed:
        return math.pi
    return math.asin(s.error_speed[by] / speed)


def turned(now, old, by):
    d = abs(course(now, by) - course(old, by))
    return math.degrees(min(d, 2 * math.pi - d))


def tests_of(now, old, by, figures):
    """(value, bound, limit) of the turn, the vertical rate, the pull."""
    speed, rate = math.hypot(now.v_east[by], now.v_north[by]), abs(now.turn[by])
    return (
        (
            turned(now, old, by),
            math.degrees(math.hypot(course_error(now, by), course_error(old, by))),
            figures["turn_deg"],
        ),
        (
            abs(now.climb[by] - old.climb[by]),
            math.hypot(now.error_climb[by], old.error_climb[by]),
            figures["vertical_rate_mps"],
        ),
        (
            speed * rate,
            math.hypot(speed * now.error_turn[by], rate * now.error_speed[by]),
            math.sqrt(figures["load_mps2"] ** 2 - G0**2),
        ),
    )


def ahead(now, other, own, sign):
    """Slant distance now, the nearest within 60 s with both flying straight on, and when."""
    r = [now.east, now.north, now.level[1] - now.level[0]]
    v = [sign * (a - b) for a, b in zip(own, other, strict=True)]
    r = [0.0 if math.isnan(x) else x for x in r]
    v[2] = 0.0 if math.isnan(v[2]) else v[2]
    speed2 = sum(x * x for x in v)
    far = math.sqrt(sum(x * x for x in r))
    if math.isnan(speed2):
        return far, math.nan, math.nan
    later = -sum(a * b for a, b in zip(r, v, strict=True)) / speed2 if speed2 > 0.0 else 0.0
    later = min(max(later, 0.0), 60.0)
    return far, math.sqrt(sum((a + later * b) ** 2 for a, b in zip(r, v, strict=True))), later


def lowers(now, old, by, sign):
    """Whether the velocity after leads nearer to the other than that before."""
    o = 1 - by
    other = now.v_east[o], now.v_north[o], now.climb[o]
    side = 1.0 if by == 1 else -1.0
    far, new, t_new = ahead(now, other, (now.v_east[by], now.v_north[by], now.climb[by]), side)
    _, was, t_old = ahead(now, other, (old.v_east[by], old.v_north[by], old.climb[by]), side)
    if math.isnan(new) or math.isnan(was):
        return sign > 0
    e_new, e_old = (
        t * math.hypot(s.error_speed[by], 0.0 if math.isnan(s.error_climb[by]) else s.error_climb[by])
        for s, t in ((now, t_new), (old, t_old))
    )
    of_other = now.error_speed[o]
    if sign > 0:
        most = min(was + math.hypot(e_old, t_old * of_other), far)
        least = max(new - math.hypot(e_new, t_new * of_other), 0.0)
        if most <= least:
            return False
    return over(was - new, math.sqrt(e_new**2 + e_old**2 + (abs(t_new - t_old) * of_other) ** 2), 0.0, sign)


def near(s, terms, sign):
    d_h, d_v = math.hypot(s.east, s.north), abs(s.level[1] - s.level[0])
    if math.isnan(d_v):
        return sign > 0
    slant = math.hypot(d_h, d_v)
    share = d_h / slant if slant > 0.0 else 1.0
    error = math.hypot(share * s.error_h, math.sqrt(1.0 - min(share * share, 1.0)) * s.error_v)
    across = slant - sign * error < terms.conduct["G12"].figures["distance_m"] * ON_IT
    return across and d_v - sign * s.error_v < terms.separation.vertical_m * ON_IT


def so(samples, n, by, terms):
    """Whether it is abrupt, lowering and near at sample n: (possible, as measured, certain)."""
    figures = terms.conduct["G12"].figures
    back = round(figures["within_s"])
    if n < back or samples[n].t - samples[n - back].t > back + 0.5:
        return False, False, False
    now, old = samples[n], samples[n - back]
    steady = samples[n - back - 4] if n >= back + 4 and now.t - samples[n - back - 4].t < back + 4.5 else old
    rows = tests_of(now, old, by, figures)
    apart = max(now.update[by], old.update[by])
    fine = apart <= figures["update_every_s"] and rows[0][1] < rows[0][2] and rows[2][1] < rows[2][2]

    def told(sign):
        turn, climb, pull = (over(*row, sign) for row in rows)
        climb = climb and not math.isnan(rows[1][0])
        return near(now, terms, sign) and (turn or climb or pull) and lowers(now, steady, by, sign)

    return (told(1) if fine else told(0)), told(0), fine and told(-1)


def read(samples, terms):
    """Return (by, outcome, first sample, last sample) of each encounter."""
    figures = terms.conduct["G12"].figures
    back = round(figures["within_s"])
    out = []
    for by in (0, 1):
        said = [so(samples, n, by, terms) for n in range(len(samples))]

        def runs(which, said=said):
            found, begun, last = [], None, None
            for n, s in enumerate(samples):
                if begun is not None:
                    gap = s.t - samples[last].t
                    if gap > figures["within_s"] or (not said[n][which] and gap >= figures["within_s"]):
                        found.append((begun, last))
                        begun = None
                if said[n][which]:
                    begun, last = (n if begun is None else begun), n
            return found + ([(begun, last)] if begun is not None else [])

        possible, nominal, certain = (runs(which) for which in range(3))
        groups = []
        for run in possible:
            if groups and samples[run[0]].t - samples[groups[-1][-1][1]].t <= 600.0:
                groups[-1].append(run)
            else:
                groups.append([run])
        for group in groups:

            def rank(run, nominal=nominal, certain=certain):
                inside = [b for b in certain if run[0] <= b[0] <= run[1]]
                flown = [samples[b].t - samples[a].t for a, b in nominal if run[0] <= a <= run[1]]
                return bool(inside), max(flown, default=0.0), -run[0]

            run = max(group, key=rank)
            out.append(
                (by, "BREACH" if rank(run)[0] else "NOT_DETERMINABLE", samples[run[0] - back].i, samples[run[1]].i)
            )
    return out
