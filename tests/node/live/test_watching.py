"""Plots into a feed of one node: alert there, advisory at the other, marks back; and a third party learns nothing."""

from __future__ import annotations

from node.live.conftest import World
from node.live.nodes import Node, eventually


def test_from_a_plot_to_the_other_post_and_back(world: World) -> None:
    north, south = world.north, world.south
    ears = {node.party: node.stream(after=node.latest()) for node in (north, south)}
    before = _west(world)
    with world.sky(d10001=(40.0, 10.0, 250.0), d20001=(40.0, 10.55, -250.0)):
        alert = ears["North"].until("alert", change="opened", counterpart="South")
        assert alert["first"]["addresses"] == ["d10001"] and alert["second"]["addresses"] == ["d20001"]
        sent = ears["North"].until("sent", code="TFA")
        assert sent["counterpart"] == "South" and sent["role"] == "node"
        received = ears["South"].until("received", code="TFA")
        assert received["id"] == sent["id"]
        assert "d10001" not in str(received) and "d20001" not in str(received)
        assert ears["North"].until("marked", by="theirs", mark="RECEIVED", code="TFA")["id"] == sent["id"]
        for mark in ("UNDERSTOOD", "RELAYED"):
            south.ask("mark", id=sent["id"], mark=mark)
            assert ears["North"].until("marked", by="theirs", mark=mark)["id"] == sent["id"]
        assert north.get("/api/alerts")["alerts"]
        whose = {track["address"]: track["whose"] for track in north.get("/api/tracks")["tracks"]}
        assert (whose["d10001"], whose["d20001"]) == ("own", "counterpart")
    (found,) = [one for one in north.get("/api/messages")["messages"] if one["id"] == sent["id"]]
    assert {"RECEIVED", "UNDERSTOOD", "RELAYED"} <= found["marks"].keys()
    for ear in ears.values():
        ear.close()
    assert _west(world) == before, "what happens with South is nothing to West, not even a count"


def _west(world: World) -> dict[str, object]:
    """Return all that the line of North with West shows, but for what a clock alone changes."""
    line = world.north.line("West")
    return {key: line[key] for key in ("sent", "delivered", "received", "evidence")} | {"size": line["ledger"]["size"]}


def test_an_alert_with_west_is_nothing_to_south(world: World) -> None:
    north = world.north
    ear = north.stream(after=north.latest())
    size = north.line("South")["ledger"]["size"], north.line("South")["sent"]
    with world.sky(d10002=(45.0, 10.0, 250.0), d30001=(45.0, 10.55, -250.0)):
        assert ear.until("alert", change="opened", counterpart="West")
        sent = ear.until("sent", code="TFA")
        assert sent["counterpart"] == "West"
    assert north.line("West")["sent"] >= 1  # one for each tier that it went through
    ear.close()
    line = north.line("South")
    assert (line["ledger"]["size"], line["sent"]) == size


def test_south_and_west_near_each_other_are_no_alert_of_ours(world: World) -> None:
    north: Node = world.north
    opened = north.get("/api/status")["alerts"]["opened"]
    with world.sky(d20003=(47.0, 10.0, 250.0), d30003=(47.0, 10.3, -250.0)):
        eventually(lambda: {"d20003", "d30003"} <= {t["address"] for t in north.get("/api/tracks")["tracks"]})
        eventually(lambda: all(t["age_s"] < 2 for t in north.get("/api/tracks")["tracks"][-1:]))
    found = [one for one in north.get("/api/alerts")["alerts"] if "d20003" in str(one)]
    assert not found and north.get("/api/status")["alerts"]["opened"] == opened
