"""What a running ether may be told to do: jam a channel, clear it, change noise and fading, make a way one-way, tell
how it does. One JSON object each way in one datagram; `EtherControl` is the other end of it.

    {"order": "jam", "channel": "F1", "from_s": 60, "until_s": 120, "kind": "noise", "level_db": 20}    times optional
    {"order": "clear", "channel": "F1"}          no jamming from now on
    {"order": "noise", "snr_db": 12}             null: none
    {"order": "fading", "rate_hz": 2, "depth": 1}
    {"order": "deaf", "channel": "F1", "sender": "NORTH", "listener": "SOUTH", "deaf": true}
    {"order": "third", "channel": "F1", "from_s": 10, "until_s": 60, "every_s": 5, "level_db": 10}
    {"order": "status"}
"""

from __future__ import annotations

import math
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from armslength.adapters.radio.ether_channel import Third
from armslength.adapters.radio.ether_wire import HOST, LARGEST, Kind, read, told
from armslength.adapters.radio.propagation import Fading, Jam
from armslength.errors import InputError

if TYPE_CHECKING:
    from armslength.adapters.radio.ether import Ether

MOST_JAMS = 256
KINDS = ("noise", "carrier")


def obey(ether: Ether, asks: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked; return the answer: what holds now, or {"error": why}."""
    order = _ORDERS.get(str(asks.get("order")))
    if order is None:
        return {"error": f"No such order. There are: {', '.join(_ORDERS)}."}
    try:
        order(ether, asks)
    except (KeyError, TypeError, ValueError) as wrong:
        return {"error": f"The order cannot be understood: {wrong}."}
    return _status(ether)


def _jam(ether: Ether, asks: dict[str, Any]) -> None:
    from_s, until_s = _window(ether, asks)
    kind = str(asks.get("kind", "noise"))
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    jam = Jam(str(asks["channel"]), from_s, until_s, kind, _number(asks.get("level_db", 20.0)))
    going = [one for one in ether.air.jams if one.until_s > ether.now_s]
    ether.air.jams[:] = [*going[-MOST_JAMS + 1 :], jam]


def _clear(ether: Ether, asks: dict[str, Any]) -> None:
    channel, now = str(asks["channel"]), ether.now_s
    kept = [one if one.channel != channel else replace(one, until_s=min(one.until_s, now)) for one in ether.air.jams]
    ether.air.jams[:] = [one for one in kept if one.until_s > one.from_s]


def _noise(ether: Ether, asks: dict[str, Any]) -> None:
    snr = asks["snr_db"]
    ether.air.snr_db = None if snr is None else _number(snr)


def _fading(ether: Ether, asks: dict[str, Any]) -> None:
    ether.air.fading = Fading(_number(asks["rate_hz"]), _number(asks.get("depth", 1.0)))


def _deaf(ether: Ether, asks: dict[str, Any]) -> None:
    way = (str(asks["channel"]), str(asks["sender"]), str(asks["listener"]))
    if asks.get("deaf", True):
        if len(ether.air.deaf) < MOST_JAMS:
            ether.air.deaf.add(way)
    else:
        ether.air.deaf.discard(way)


def _third(ether: Ether, asks: dict[str, Any]) -> None:
    if ether.random_third is None:
        raise ValueError("this ether has no third station")
    from_s, until_s = _window(ether, asks)
    every_s = max(1.0, _number(asks.get("every_s", 5.0)))
    third = Third(
        str(asks["channel"]), from_s, until_s, every_s, _number(asks.get("level_db", 10.0)), ether.random_third
    )
    going = [one for one in ether.thirds if one.until_s > ether.now_s]
    ether.thirds[:] = [*going[-MOST_JAMS + 1 :], third]
    if third.channel in ether.channels:
        ether.channels[third.channel].third(third)


def _nothing(ether: Ether, asks: dict[str, Any]) -> None:
    pass


_ORDERS = {
    "jam": _jam, "clear": _clear, "noise": _noise, "fading": _fading, "deaf": _deaf, "third": _third,
    "status": _nothing,
}  # fmt: skip


def _window(ether: Ether, asks: dict[str, Any]) -> tuple[float, float]:
    """Return from when until when; from now and without end where nothing is said."""
    from_s = _number(asks["from_s"]) if asks.get("from_s") is not None else ether.now_s
    until_s = _number(asks["until_s"]) if asks.get("until_s") is not None else math.inf
    if until_s <= from_s:
        raise ValueError("it ends before it begins")
    return from_s, until_s


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _status(ether: Ether) -> dict[str, Any]:
    """Return how it does."""
    now = ether.now_s
    return {
        "now_s": now,
        "speed": ether.speed,
        "origin_s": ether.origin_s,
        "snr_db": ether.air.snr_db,
        "channels": {
            name: {"stations": sorted(one.members.keys() - {"(tape)"}), "rate": one.rate, "dropped": dict(one.counts)}
            for name, one in ether.channels.items()
        },
        "jammed": sorted({one.channel for one in ether.air.jams if one.from_s <= now < one.until_s}),
        "dropped": dict(ether.counts),
    }


class EtherControl:
    """Gives orders to an ether on this machine.

    Args:
        port: its UDP port on loopback.
        timeout_s: how long to wait for its answer (real seconds).
    """

    def __init__(self, port: int, timeout_s: float = 2.0) -> None:
        self._address, self._timeout_s = (HOST, port), timeout_s

    def order(self, order: str, **what: Any) -> dict[str, Any]:
        """Give an order; return what holds now.

        Raises:
            InputError: no ether answers, or it does not do that.
        """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.connect(self._address)
            line.settimeout(self._timeout_s)
            where = f"{HOST}:{self._address[1]}"
            try:
                line.send(told(Kind.ORDER, {"order": order, **what}))
                found = read(line.recv(LARGEST))
            except OSError:
                remedy = "Start one: armslength radio ether."
                raise InputError("No ether answers.", where=where, remedy=remedy) from None
        answer = found.json() if found is not None and found.kind is Kind.ANSWER else {"error": "It answers nonsense."}
        if "error" in answer:
            raise InputError(str(answer["error"]), where=where)
        return answer

    def jam(self, channel: str, *, from_s: float | None = None, until_s: float | None = None, **how: Any) -> None:
        """Jam a channel: from now, and until `clear`, where no time [s of the scenario] is given."""
        self.order("jam", channel=channel, from_s=from_s, until_s=until_s, **how)

    def clear(self, channel: str) -> None:
        """End all jamming of a channel."""
        self.order("clear", channel=channel)

    def deaf(self, channel: str, sender: str, listener: str, deaf: bool = True) -> None:
        """Let nothing that `sender` says reach `listener`; or let it reach it again."""
        self.order("deaf", channel=channel, sender=sender, listener=listener, deaf=deaf)
