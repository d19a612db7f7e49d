"""Push to talk and the sound card, with libraries that only play at being one: no test machine has a radio."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from adapters.radio.hearing import FLASH, post_on, stop, until
from armslength.adapters.radio.frames import frame_of
from armslength.adapters.radio.ptt import LEAD_S, Push, push_of
from armslength.adapters.radio.sound import Quiet
from armslength.adapters.radio.sound_card import SoundCard
from armslength.errors import InputError
from armslength.modem.afsk import Afsk
from armslength.node.clock import SystemClock

RATE = 12_000
PAYLOAD = bytes((1,)) + bytes(20)


class Switch:
    """Remembers how it was turned."""

    def __init__(self, *, fails_on: bool = False, fails_off: bool = False) -> None:
        self.turns: list[bool] = []
        self.closed = False
        self._fails = {True: fails_on, False: fails_off}

    def turn(self, on: bool) -> None:
        self.turns.append(on)
        if self._fails[on]:
            raise InputError("It does not turn.")

    def close(self) -> None:
        self.closed = True


def test_a_transmitter_goes_on_and_off() -> None:
    async def run() -> None:
        switch = Switch()
        push = Push(switch, vox=False, rate=RATE)
        await push.key()
        assert push.on
        await push.unkey()
        assert switch.turns == [True, False] and not push.on
        push.close()
        assert switch.closed and switch.turns == [True, False]

    asyncio.run(run())


def test_a_transmitter_that_nobody_turns_off_goes_off() -> None:
    async def run() -> None:
        switch = Switch()
        push = Push(switch, vox=False, rate=RATE, longest_s=0.3)
        await push.key()
        await until(lambda: switch.turns == [True, False], "the watchdog")
        push.close()

    asyncio.run(run())


@pytest.mark.parametrize("how", ["cancelled", "at once", "closed"])
def test_it_goes_off_when_a_burst_is_interrupted(how: str) -> None:
    async def run() -> None:
        switch = Switch()
        push = Push(switch, vox=False, rate=RATE)

        async def burst() -> None:
            await push.key()
            try:
                await asyncio.sleep(60)
            finally:
                await push.unkey()

        task = asyncio.create_task(burst())
        await until(lambda: push.on or how == "at once", "on")
        if how == "at once":
            await asyncio.sleep(0)
        if how != "closed":
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        else:
            push.close()
        await asyncio.sleep(0.2)
        assert not push.on and switch.turns in ([True, False], [])
        assert switch.turns or how == "at once"
        task.cancel()

    asyncio.run(run())


def test_one_that_fails_to_go_on_is_turned_off_and_one_that_stays_on_is_shouted_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> None:
        switch = Switch(fails_on=True)
        with pytest.raises(InputError, match="does not turn"):
            await Push(switch, vox=False, rate=RATE).key()
        assert switch.turns == [True, False]
        stuck = Push(Switch(fails_off=True), vox=False, rate=RATE)
        await stuck.key()
        await stuck.unkey()
        assert "THE TRANSMITTER MAY STILL BE ON" in caplog.text

    asyncio.run(run())


def test_a_command_is_run_without_a_shell(tmp_path: Path) -> None:
    async def run() -> None:
        script = tmp_path / "ptt.py"
        script.write_text(f"import sys; open({str(tmp_path / 'log')!r}, 'a').write(sys.argv[1] + ';')", "utf-8")
        push = push_of(f'command:"{sys.executable}" "{script}" "{{state}} $HOME"', RATE)
        await push.key()
        await push.unkey()
        assert (tmp_path / "log").read_text("utf-8") == "1 $HOME;0 $HOME;"
        with pytest.raises(InputError, match="exit code 3"):
            await push_of(f'command:"{sys.executable}" -c "import sys; sys.exit(3) # {{state}}"', RATE).key()
        with pytest.raises(InputError, match="No such file"):
            await push_of("command:no-such-program {state}", RATE).key()

    asyncio.run(run())


def test_vox_gets_its_lead_tone() -> None:
    push = push_of("vox", RATE)
    assert len(push.lead) == LEAD_S * RATE and push.lead_s == LEAD_S
    spectrum = np.abs(np.fft.rfft(push.lead))
    assert abs(np.argmax(spectrum) / LEAD_S - 1_900) < 5
    assert push_of("none", RATE).lead_s == 0.0


@pytest.mark.parametrize("text", ["", "tone", "vox:1", "rts", "rts:", "command:", "command:rigctl", 'command:"{state}'])
def test_what_is_no_way_to_push_to_talk(text: str) -> None:
    with pytest.raises(InputError) as wrong:
        push_of(text, RATE)
    assert wrong.value.remedy


def test_rts(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[tuple[str, object]] = []

    class Serial:
        def __setattr__(self, name: str, value: object) -> None:
            lines.append((name, value))

        def open(self) -> None:
            lines.append(("open", None))

        def close(self) -> None:
            lines.append(("close", None))

    module = ModuleType("serial")
    module.Serial = Serial  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "serial", module)

    async def run() -> None:
        push = push_of("rts:/dev/ttyS9", RATE)
        await push.key()
        await push.unkey()
        push.close()

    asyncio.run(run())
    names = [name for name, _ in lines]
    assert names.index("rts") < names.index("open"), "both lines are low before the port is opened"
    assert lines[names.index("open") + 1 :] == [("rts", True), ("rts", False), ("close", None)]


def test_extras_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "serial", None)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(InputError, match=r"pip install .armslength\[serial\]"):
        push_of("rts:/dev/ttyS9", RATE)
    with pytest.raises(InputError, match=r"pip install .armslength\[sound\]"):
        asyncio.run(SoundCard("", RATE, None).open())


class Card(ModuleType):
    """Plays at being `sounddevice`: what is played is heard again by a cable, when `loop` says so."""

    class PortAudioError(Exception):
        """As in the library."""

    def __init__(self) -> None:
        super().__init__("sounddevice")
        self.played: list[np.ndarray[Any, Any]] = []
        self.inputs: list[Any] = []
        self.unknown = False
        card = self

        class Stream:
            def __init__(self, **how: Any) -> None:
                if card.unknown:
                    raise card.PortAudioError("No such device")
                assert (how["channels"], how["dtype"], how["samplerate"]) == (1, "float32", RATE)
                self.callback = how.get("callback")
                self.running = False

            def start(self) -> None:
                self.running = True

            def stop(self) -> None:
                self.running = False

            def close(self) -> None:
                self.running = False

            def write(self, data: Any) -> None:
                assert self.running and data.shape[1] == 1
                card.played.append(data[:, 0].copy())
                time.sleep(0.05)

        class InputStream(Stream):
            def start(self) -> None:
                super().start()
                card.inputs.append(self)

        self.OutputStream, self.InputStream = Stream, InputStream

    def hear(self, sound: Any) -> None:
        """Let the card hear something, as the library does: from a thread of its own."""
        data = np.asarray(sound, np.float32).reshape(-1, 1)

        def capture() -> None:
            for at in range(0, len(data), 240):
                self.inputs[-1].callback(data[at : at + 240], len(data[at : at + 240]), None, None)

        thread = threading.Thread(target=capture)
        thread.start()
        thread.join()


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[Card]:
    one = Card()
    monkeypatch.setitem(sys.modules, "sounddevice", one)
    yield one


def test_a_station_over_a_sound_card(card: Card) -> None:
    async def run() -> None:
        switch = Switch()
        sound = SoundCard("USB", RATE, Push(switch, vox=False, rate=RATE))
        post = post_on(sound, "NORTH1", SystemClock())
        await post.station.start()
        noise = np.random.default_rng(1).standard_normal(4_000) * 1e-3
        card.hear(np.concatenate((noise, 0.3 * Afsk().modulate(frame_of("SOUTH1", PAYLOAD)), noise)))
        await until(lambda: post.payloads == [PAYLOAD], "what the card has heard")
        card.hear(noise)
        post.station.send(PAYLOAD, rank=FLASH, number=1)
        await until(lambda: post.sent == [1], "that it has been played")
        assert np.array_equal(card.played[0], Afsk().modulate(frame_of("NORTH1", PAYLOAD)))
        assert switch.turns == [True, False]
        await stop(post)
        assert switch.closed and not card.inputs[0].running

    asyncio.run(run())


def test_while_it_talks_it_hears_nothing_and_vox_is_opened_first(card: Card) -> None:
    async def run() -> None:
        push = push_of("vox", RATE)
        sound = SoundCard("", RATE, push)
        await sound.open()
        writing = asyncio.create_task(sound.write(np.ones(100, np.float32)))
        await until(lambda: card.played, "that it plays")
        card.hear(np.ones(480))
        await writing
        card.hear(np.ones(240))
        first, second = await sound.read(), await sound.read()
        assert isinstance(first, Quiet) and not isinstance(second, Quiet) and len(second) == 240
        assert np.array_equal(card.played[0][: len(push.lead)], push.lead)
        await sound.close()

    asyncio.run(run())


def test_what_nobody_reads_does_not_pile_up(card: Card) -> None:
    async def run() -> None:
        sound = SoundCard("", RATE, None)
        await sound.open()
        for _ in range(30):
            card.hear(np.ones(RATE))
            await asyncio.sleep(0)
        await until(lambda: sound.dropped >= 2, "the bound")
        assert sum(len(one) for one in sound._heard if not isinstance(one, Quiet)) <= 11 * RATE
        with pytest.raises(InputError, match="only listened to"):
            await sound.write(np.ones(10, np.float32))
        await sound.close()
        assert "not open" in sound.says

    asyncio.run(run())


def test_no_such_card(card: Card) -> None:
    card.unknown = True
    with pytest.raises(InputError, match="No such device") as wrong:
        asyncio.run(SoundCard("x", RATE, None).open())
    assert "python -m sounddevice" in wrong.value.remedy
