"""From node.toml to feeds; every option and every field is documented."""

from __future__ import annotations

import math
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from armslength.adapters.feeds.fetch import FileSource, HttpSource
from armslength.adapters.feeds.json_lines import JsonLinesFeed
from armslength.adapters.feeds.json_rows import FIELDS
from armslength.adapters.feeds.readsb import ReadsbFeed
from armslength.adapters.feeds.sbs import SbsFeed
from armslength.errors import FeedError, HomeError
from armslength.node.clock import SystemClock
from armslength.node.config import parse_config
from armslength.node.feed_options import FEED_OPTIONS, FEED_WAYS
from armslength.node.feeds import make_feeds
from armslength.node.player import RecordingFeed

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "feeds.md"
HEAD = 'party = "North"\npost = "NORTH POST"\n'


def made(*tables: str, folder: Path = Path("/data")):
    text = HEAD + "".join(f"[[feed]]\n{table}\n" for table in tables)
    return make_feeds(parse_config(text, "node.toml").feeds, SystemClock(), folder)


def test_every_kind_with_every_option():
    feeds = made(
        'name = "a"\nkind = "readsb"\nurl = "http://pi/aircraft.json"\nevery = "500 ms"\ntimeout = "2 s"\n'
        'stale = "20 s"\nstamps = "clock"',
        'name = "b"\nkind = "readsb"\npath = "run/aircraft.json"',
        'name = "c"\nkind = "sbs"\nhost = "pi"\nport = 30003\nstamps = "+02:00"\nlate = "1 s"\nsilence = "60 s"',
        'name = "d"\nkind = "json_lines"\nhost = "127.0.0.1"\nport = 9100\naccuracy = "300 ft"',
        'name = "e"\nkind = "json_lines"\nsocket = "own.sock"',
        'name = "f"\nkind = "json_lines"\npath = "/run/tracks"',
        'name = "g"\nkind = "recording"\npath = "day.parquet"\nstamps = "recorded"',
    )
    a, b, c, d, e, f, g = feeds
    assert [feed.name for feed in feeds] == list("abcdefg")
    assert isinstance(a, ReadsbFeed) and isinstance(b, ReadsbFeed) and isinstance(c, SbsFeed)
    assert isinstance(d, JsonLinesFeed) and isinstance(e, JsonLinesFeed) and isinstance(f, JsonLinesFeed)
    assert isinstance(g, RecordingFeed)
    assert (a.every_s, a.stale_s, a.own_stamps, type(a.source)) == (0.5, 20.0, False, HttpSource)
    assert b.source == FileSource(Path("/data/run/aircraft.json")) and b.own_stamps
    assert (c.host, c.port, c.silence_s) == ("pi", 30003, 60.0)
    assert (c.reader.zone, c.reader.late_s) == (timezone(timedelta(hours=2)), 1.0)
    assert d.door.listen == ("127.0.0.1", 9100) and d.reader.accuracy_m == pytest.approx(91.44)
    assert e.door.unix == Path("/data/own.sock") and math.isnan(e.reader.accuracy_m)
    assert f.door.file == Path("/run/tracks")
    assert (g.paths, g.stamps) == ([Path("/data/day.parquet")], "recorded")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('kind = "readsb"\nurl = "ftp://pi/x"', "no http or https address"),
        ('kind = "readsb"\npath = "x"\nevery = "1 h"', "every is 3600 s"),
        ('kind = "sbs"\nhost = "pi"\nport = 1\nstamps = "Europe/Madrid"', 'stamps is "Europe/Madrid"'),
        ('kind = "json_lines"\nhost = "0.0.0.0"\nport = 1', "other machines"),
    ],
)
def test_an_option_that_cannot_be_used_is_told_with_its_feed(table, says):
    with pytest.raises(FeedError, match=says) as error:
        made(f'name = "roof"\n{table}')
    assert 'feed "roof"' in str(error.value)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('kind = "readsb"', "needs url or path"),
        ('kind = "readsb"\nurl = "http://a/"\npath = "b"', "needs url or path"),
        ('kind = "json_lines"\nhost = "127.0.0.1"', "needs path or socket or host and port"),
        ('kind = "recording"\npath = "x"\nspeed = 4', "under .clock."),
        ('kind = "json_lines"\nsocket = "x"\nremote = "yes"', "neither true nor false"),
        ('kind = "recording"\npath = "x"\nstamps = "never"', "must be one of"),
    ],
)
def test_a_table_that_makes_no_sense_is_an_error_of_the_node_file(table, says):
    with pytest.raises(HomeError, match=says):
        made(f'name = "roof"\n{table}')


def test_others_may_be_let_in_where_that_is_asked_for():
    [feed] = made('name = "x"\nkind = "json_lines"\nhost = "0.0.0.0"\nport = 9100\nremote = true')
    assert isinstance(feed, JsonLinesFeed) and feed.door.remote


def test_every_kind_option_and_field_is_documented():
    text = DOCUMENT.read_text()
    sections = {kind: text.partition(f'## `kind = "{kind}"`')[2].partition("\n## ")[0] for kind in FEED_OPTIONS}
    missing = [
        f"{kind}: {key}" for kind, keys in FEED_OPTIONS.items() for key in keys if f"| `{key}`" not in sections[kind]
    ]
    assert missing == []
    assert [field for field in sorted(FIELDS) if f"`{field}`" not in sections["json_lines"]] == []
    assert set(FEED_WAYS) == set(FEED_OPTIONS)


@pytest.mark.parametrize(
    ("kind", "options", "satellite"),
    [
        ("readsb", {}, True),
        ("sbs", {}, True),
        ("json_lines", {}, False),
        ("json_lines", {"own": True, "satellite": True}, True),
        ("recording", {}, False),
        ("recording", {"broadcast": True}, True),
        ("recording", {"broadcast": True, "satellite": False}, False),
        ("recording", {"satellite": True}, True),
    ],
)
def test_where_positions_come_from(kind: str, options: dict[str, bool], satellite: bool) -> None:
    from armslength.node.config import Feed
    from armslength.node.live import _source

    found = _source(Feed("one", kind, options))
    assert found.satellite is satellite and found.own is options.get("own", False)
