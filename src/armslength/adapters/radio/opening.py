"""A station from what a node file says of its radio: "ether:8650", "sound:USB Audio", "kiss:127.0.0.1:8001"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from armslength.adapters.radio.ether_sound import EtherSound
from armslength.adapters.radio.frames import Foreign
from armslength.adapters.radio.kiss import KissStation
from armslength.adapters.radio.ptt import push_of
from armslength.adapters.radio.sound import AirHeard, Sound, Timer
from armslength.adapters.radio.sound_card import SoundCard
from armslength.adapters.radio.station import Station, refuse_guard
from armslength.errors import InputError
from armslength.modem.port import Modem

VIAS = '"ether:8650", "sound:USB Audio" or "kiss:127.0.0.1:8001"'
MODEMS = ("afsk", "datac3")


class AnyStation(Protocol):
    """What every station has, whatever carries it."""

    @property
    def busy(self) -> bool:
        """Whether somebody else is heard now."""

    @property
    def occupied(self) -> float:
        """Share of the last 60 s that data filled the channel, 0 to 1."""

    @property
    def full_s(self) -> float:
        """For how long the share keeps a call from leaving [s]; 0.0: it may leave."""

    @property
    def waiting(self) -> int:
        """Payloads that wait."""

    @property
    def says(self) -> str:
        """Why nothing can be heard or said just now; empty while all is well."""

    @property
    def counts(self) -> Mapping[str, int]:
        """What was heard and sent, by kind."""

    async def start(self) -> None:
        """Begin. Raises InputError where there is no such device."""

    async def stop(self) -> None:
        """End."""

    def send(self, payload: bytes, *, rank: int, number: int) -> bool:
        """Queue a payload; return whether it waits now."""

    def forget(self, number: int) -> None:
        """Do not send it if it still waits."""


@dataclass(frozen=True)
class Equipment:
    """What a channel is carried by.

    Attributes:
        via: "ether:PORT", "sound:CARD" (empty: the system's own) or "kiss:HOST:PORT".
        modem: "afsk" or "datac3"; a TNC has its own.
        ptt: as `ptt.push_of` reads it; for a sound card.
    """

    via: str
    modem: str = "afsk"
    ptt: str = "vox"


def station_of(
    equipment: Equipment,
    channel: str,
    own: str,
    *,
    clock: Timer,
    occupancy: float,
    heard: Callable[[AirHeard], None],
    sent: Callable[[str, int], None],
    seed: int,
    data: bool,
    frequency: str = "",
    foreign: Callable[[Foreign], None] | None = None,
    place: int | None = None,
) -> AnyStation:
    """Return the station of `channel`, not yet started; arguments as of `Station`.

    Raises:
        InputError: equipment that does not exist, is not installed, or does not go with a clock that runs fast.
        LocalProtocolError: data over a guard frequency.
    """
    refuse_guard(channel, frequency, data=data)  # before any device is touched
    kind, _, rest = equipment.via.partition(":")
    if kind in ("sound", "kiss") and clock.speed != 1.0:
        what = f"A clock at {clock.speed:g} times speed does not go with a real radio."
        raise InputError(what, where="radio", remedy="Use the simulated ether, or speed 1.")
    if kind == "kiss":
        host, _, port = rest.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65_536:
            raise _unknown(equipment.via)
        return KissStation(
            channel, host.strip("[]"), int(port), own, clock=clock, occupancy=occupancy, heard=heard, sent=sent,
            seed=seed, data=data, frequency=frequency, foreign=foreign,
        )  # fmt: skip
    modem = modem_of(equipment.modem)
    sound: Sound
    if kind == "ether" and rest.isdigit() and 0 < int(rest) < 65_536:
        sound = EtherSound(int(rest), channel, own, modem.rate, speed=clock.speed)
    elif kind == "sound":
        sound = SoundCard(rest, modem.rate, push_of(equipment.ptt, modem.rate) if data else None)
    else:
        raise _unknown(equipment.via)
    return Station(
        channel, modem, sound, own, clock=clock, occupancy=occupancy, heard=heard, sent=sent, seed=seed, data=data,
        frequency=frequency, foreign=foreign, place=place,
    )  # fmt: skip


def modem_of(name: str, rate: int | None = None) -> Modem:
    """Return the modem of a name, at `rate` [samples/s] or at its own.

    Raises:
        InputError: no such modem, one that does not work at that rate, or its library is not installed.
    """
    if name == "afsk":
        from armslength.modem.afsk import Afsk

        return Afsk() if rate is None else Afsk(rate)
    if name == "datac3":
        from armslength.adapters.radio.codec2 import Datac3

        return Datac3() if rate is None else Datac3(rate)
    raise InputError(f'"{name}" is no modem.', where="modem", remedy=f"There are {' and '.join(MODEMS)}.")


def _unknown(via: str) -> InputError:
    return InputError(f'"{via}" is nothing that carries a channel.', where="radio", remedy=f"Write {VIAS}.")
