"""The node file: typed, every number with its unit, every mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from armslength.errors import HomeError
from armslength.node.config import FEED_KEYS, KEYS, Config, Counterpart, Feed, Listen, Plots, parse_config
from armslength.node.node_file import node_file

COMMENTS = ("Whom we call", "What the node hears", "On which frequencies")

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "home.md").read_text("utf-8")
HEAD = 'party = "North"\npost = "NORTH POST"\n'


def parse(text: str) -> Config:
    return parse_config(HEAD + text, "node.toml")


def test_what_init_writes_is_the_default() -> None:
    assert parse_config(node_file("North", "NORTH POST"), "node.toml") == parse("")


def test_what_init_comments_out_can_be_used() -> None:
    rows = node_file("North", "NORTH POST").splitlines()
    start = next(n for n, row in enumerate(rows) if row.startswith("# [[counterpart]]"))
    end = next(n for n, row in enumerate(rows) if row.startswith("[plots]"))
    rows[start:end] = [
        row if any(what in row for what in COMMENTS) else row.removeprefix("#").removeprefix(" ")
        for row in rows[start:end]
    ]
    found = parse_config("\n".join(rows), "node.toml")
    assert found.counterparts == (
        Counterpart("South", ("wss://192.0.2.7:9443/ground", "wss://198.51.100.7:9443/ground")),
    )
    assert [feed.kind for feed in found.feeds] == list(FEED_KEYS)
    assert found.feeds[0].options["every_s"] == 1.0


def test_a_frequency_has_one_radio_and_a_radio_says_what_carries_it() -> None:
    row = '[[radio]]\ncounterpart = "South"\nfrequency = "F1"\ncallsign = "NORTH1"\nvia = "ether:8650"\n'
    (radio,) = parse(row).radios
    assert (radio.counterpart, radio.frequency, radio.modem, radio.ptt) == ("South", "F1", "afsk", "vox")
    for wrong, what in ((row + row, "stands twice"), (row.replace("ether:8650", "usb"), "no radio")):
        with pytest.raises(HomeError, match=what):
            parse(wrong)


def test_everything_is_typed() -> None:
    found = parse(
        '[listen]\nground_line = "[::1]:9443"\napi = "127.0.0.1:0"\n'
        '[[counterpart]]\nname = "South"\n'
        '[[feed]]\nname = "hill"\nkind = "sbs"\nhost = "h"\nport = 30003\n'
        '[plots]\nretention = "2 d"\nbudget = "500 MB"\n[clock]\nspeed = 10\n'
    )
    assert found.listen == Listen(("::1", 9443), ("127.0.0.1", 0))
    assert found.counterparts == (Counterpart("South"),)
    assert found.feeds == (Feed("hill", "sbs", {"host": "h", "port": 30003}),)
    assert found.plots == Plots(172_800.0, 500_000_000)
    assert found.speed == 10.0
    assert parse('[listen]\nground_line = ""\n').listen.ground_line is None


BAD = [
    ("party = 1", "line 1, party", "a text"),
    ('[listen]\nground_line = "9443"', "line 4, listen.ground_line", "not an address and a port"),
    ('[listen]\napi = "::1:8443"', "line 4, listen.api", "not an address and a port"),
    ('[listen]\napi = "127.0.0.1:99999"', "line 4, listen.api", "not an address and a port"),
    ('[[counterpart]]\nname = "S"\ndial = ["ws://a/"]', "line 5, counterpart[1].dial[1]", "wss://"),
    ('[[counterpart]]\nname = "S"\ndial = ["wss://u:p@a/"]', "line 5, counterpart[1].dial[1]", "more than host"),
    ('[[counterpart]]\nname = "S"\ndial = ["wss://a:99999/"]', "line 5, counterpart[1].dial[1]", "not an address"),
    ('[[counterpart]]\nname = "S"\n[[counterpart]]\nname = "s"', "line 6, counterpart[2].name", "stands twice"),
    ('[[feed]]\nname = "a"\nkind = "radar"', "line 5, feed[1].kind", "one of: readsb, sbs"),
    ('[[feed]]\nname = "a"\nkind = "sbs"\nhost = "h"', "line 3, feed[1]", "needs host and port"),
    ('[[feed]]\nname = "a"\nkind = "readsb"\nurl = "u"\npath = "p"', "line 3, feed[1]", "needs url or path"),
    ('[[feed]]\nname = "a"\nkind = "readsb"\nurl = "u"\nevery = 1', "line 7, feed[1].every", "has no unit"),
    ('[[feed]]\nname = "a"\nkind = "readsb"\nurl = "u"\nevrey = "1 s"', "line 7, feed[1].evrey", "Did you mean every?"),
    ('[plots]\nretention = "30"', "line 4, plots.retention", "has no unit"),
    ('[plots]\nbudget = "20 NM"', "line 4, plots.budget", "not a unit of data"),
    ("[clock]\nspeed = 0", "line 4, clock.speed", "1 is real time"),
    ('[clock]\nspeed = "1 x"', "line 4, clock.speed", "1 is real time"),
    ("[colck]\nspeed = 1", "line 3, colck", "Did you mean clock?"),
]


@pytest.mark.parametrize(("text", "where", "says"), BAD, ids=[case[1] for case in BAD])
def test_every_mistake_has_its_line_and_its_remedy(text: str, where: str, says: str) -> None:
    with pytest.raises(HomeError) as caught:
        parse_config(text if text.startswith("party") else HEAD + text, "node.toml")
    assert caught.value.where == f"node.toml, {where}"
    assert says in str(caught.value)


def test_every_key_is_documented() -> None:
    keys = {key for name, table in KEYS.items() for key in table if name != "feed"}  # those stand in docs/feeds.md
    assert sorted(key for key in keys if f"`{key}`" not in DOCUMENT) == []
    assert sorted(kind for kind in FEED_KEYS if f"`{kind}`" not in DOCUMENT) == []
