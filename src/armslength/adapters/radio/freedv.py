"""libcodec2's raw data interface, by ctypes: packets of 126 bytes over DATAC3.

Source: `freedv_api.h` of codec2 1.0. The library is loaded when it is first asked for; nothing else needs it. A `Radio`
is one modem of it, for sending or for receiving, and is used by one thread at a time.
"""

from __future__ import annotations

import ctypes
import weakref
from functools import cache
from typing import NamedTuple

import numpy as np

from armslength.modem.port import Samples

RATE = 8000
"""Samples a second."""
PACKET = 126
"""Bytes that one packet carries."""
_MODE_DATAC3 = 12
_CHECK = 2
_SYNC, _BIT_ERRORS = 2, 8
_SCALE = 32767.0
_NAMES = ("libcodec2.so.1.2", "libcodec2.so.1.1", "libcodec2.so.1.0", "libcodec2.1.2.dylib", "libcodec2.dylib")
_COUNTS = (
    "freedv_nin",
    "freedv_get_bits_per_modem_frame",
    "freedv_get_rx_status",
    "freedv_get_n_nom_modem_samples",
    "freedv_get_n_tx_modem_samples",
    "freedv_get_n_tx_preamble_modem_samples",
    "freedv_get_n_tx_postamble_modem_samples",
)


@cache
def library() -> ctypes.CDLL | None:
    """Return libcodec2 with what is used of it declared; None where it, or its DATAC3, is not installed."""
    for name in _NAMES:
        try:
            found = ctypes.CDLL(name)
            _declare(found)
        except (OSError, AttributeError):
            continue
        return found
    return None


def _declare(found: ctypes.CDLL) -> None:
    modem, data, sound = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p
    found.freedv_open.argtypes, found.freedv_open.restype = [ctypes.c_int], modem
    found.freedv_close.argtypes, found.freedv_close.restype = [modem], None
    for name in _COUNTS:
        call = getattr(found, name)
        call.argtypes, call.restype = [modem], ctypes.c_int
    found.freedv_set_frames_per_burst.argtypes = [modem, ctypes.c_int]
    found.freedv_set_frames_per_burst.restype = None
    found.freedv_gen_crc16.argtypes, found.freedv_gen_crc16.restype = [data, ctypes.c_int], ctypes.c_ushort
    found.freedv_rawdatatx.argtypes, found.freedv_rawdatatx.restype = [modem, sound, data], None
    found.freedv_rawdatarx.argtypes, found.freedv_rawdatarx.restype = [modem, data, sound], ctypes.c_int
    for name in ("freedv_rawdatapreambletx", "freedv_rawdatapostambletx"):
        call = getattr(found, name)
        call.argtypes, call.restype = [modem, sound], ctypes.c_int


class Step(NamedTuple):
    """What the receiver says of a piece of sound: a packet (or b""), whether one is coming in, whether one is lost."""

    packet: bytes
    synced: bool
    lost: bool


class Radio:
    """One DATAC3 modem.

    Raises:
        OSError: libcodec2 is not installed, or its DATAC3 is not the one known here.
    """

    def __init__(self) -> None:
        found = library()
        if found is None:
            raise OSError("libcodec2 is not installed.")
        self._lib = found
        self._modem = found.freedv_open(_MODE_DATAC3)
        if not self._modem or found.freedv_get_bits_per_modem_frame(self._modem) != 8 * (PACKET + _CHECK):
            raise OSError("This libcodec2 has no DATAC3 with packets of 126 bytes.")
        weakref.finalize(self, found.freedv_close, self._modem)
        found.freedv_set_frames_per_burst(self._modem, 1)

    @property
    def burst(self) -> int:
        """Samples of one packet on the air: preamble, packet, postamble, silence."""
        return self.spoken + self._postamble + self._silence

    @property
    def spoken(self) -> int:
        """Samples of the preamble and the packet."""
        return self._preamble + self._packet

    def send(self, packet: bytes) -> Samples:
        """Return the sound of one packet of `PACKET` bytes, at `RATE`."""
        check = self._lib.freedv_gen_crc16(packet, len(packet))
        sound = [self._preamble, self._packet, self._postamble, self._silence]
        preamble, body, postamble, silence = (np.zeros(n, np.int16) for n in sound)
        self._lib.freedv_rawdatapreambletx(self._modem, preamble.ctypes.data)
        self._lib.freedv_rawdatatx(self._modem, body.ctypes.data, packet + check.to_bytes(_CHECK, "big"))
        self._lib.freedv_rawdatapostambletx(self._modem, postamble.ctypes.data)
        whole = np.concatenate((preamble, body, postamble, silence))
        return (whole / np.float32(_SCALE)).astype(np.float32)

    def need(self) -> int:
        """Return how many samples the receiver wants next."""
        return int(self._lib.freedv_nin(self._modem))

    def hear(self, sound: Samples) -> Step:
        """Take the `need()` next samples."""
        clipped = np.clip(sound * np.float32(_SCALE), -_SCALE, _SCALE).astype(np.int16)
        packet = ctypes.create_string_buffer(PACKET + _CHECK)
        got = self._lib.freedv_rawdatarx(self._modem, packet, clipped.ctypes.data)
        status = self._lib.freedv_get_rx_status(self._modem)
        return Step(packet.raw[:PACKET] if got else b"", bool(status & _SYNC), bool(status & _BIT_ERRORS))

    @property
    def _packet(self) -> int:
        return int(self._lib.freedv_get_n_tx_modem_samples(self._modem))

    @property
    def _preamble(self) -> int:
        return int(self._lib.freedv_get_n_tx_preamble_modem_samples(self._modem))

    @property
    def _postamble(self) -> int:
        return int(self._lib.freedv_get_n_tx_postamble_modem_samples(self._modem))

    @property
    def _silence(self) -> int:
        return 2 * int(self._lib.freedv_get_n_nom_modem_samples(self._modem))
