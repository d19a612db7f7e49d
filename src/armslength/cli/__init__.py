"""The command line: one module per group of verbs; heavy libraries load inside the verbs that need them.

Exit codes: 0 done, 1 findings that the user asked to fail on, 2 bad usage or bad input, 3 a fault of ours,
130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from armslength import __version__
from armslength.cli import (
    agreement,
    bench,
    bench_failover,
    bench_link,
    bench_radio,
    bench_replay,
    bench_watch,
    call,
    case,
    check,
    demo,
    duty,
    fields,
    home,
    identity,
    ledger,
    messages,
    outage,
    radio,
    radio_app,
    radio_ether,
    radio_listen,
    replay,
    run,
    scenario,
    verify,
    voice,
)

BAD_INPUT, FAULT, INTERRUPTED = 2, 3, 130

app = typer.Typer(
    name="armslength",
    help="Keeps the aircraft of two parties who do not trust each other apart.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("call", cls=fields.CallCommand)(call.call)
app.command("check")(check.check)
app.command("mark")(messages.mark)
app.command("messages")(messages.messages)
app.command("readback")(messages.readback)
app.command("replay")(replay.replay)
app.command("run")(run.run)
app.command("status")(run.status)
app.command("verify")(verify.verify)
app.command("voice")(voice.voice)
app.command("outage")(outage.outage)
app.command("init")(home.init)
app.add_typer(case.app, name="case")
app.add_typer(duty.app, name="duty")
app.add_typer(identity.app, name="identity")
app.add_typer(agreement.app, name="agreement")
app.add_typer(ledger.app, name="ledger")
app.add_typer(scenario.app, name="scenario")
radio_app.app.command("encode")(radio.encode)
radio_app.app.command("decode")(radio.decode)
radio_app.app.command("ether")(radio_ether.ether)
radio_app.app.command("listen")(radio_listen.listen)
app.add_typer(radio_app.app, name="radio")
bench.app.command("failover")(bench_failover.failover)
bench.app.command("link")(bench_link.link)
bench.app.command("radio")(bench_radio.radio)
bench.app.command("replay")(bench_replay.replay)
bench.app.command("watch")(bench_watch.watch)
app.add_typer(bench.app, name="bench")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"armslength {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Keeps the aircraft of two parties who do not trust each other apart."""


def main() -> None:
    """Run the command line; no fault of any kind ends in a traceback unless ARMSLENGTH_TRACEBACK is set."""
    from armslength.errors import InputError, StoreError

    try:
        app()
    except SystemExit as end:  # Typer has turned these two into exit codes of its own, without a word
        if _led_to(end, KeyboardInterrupt):
            _leave("Interrupted. Nothing was left half-written.", INTERRUPTED)
        if _led_to(end, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        raise
    except InputError as wrong:
        _leave("\n".join([str(wrong), *getattr(wrong, "__notes__", [])]), BAD_INPUT)
    except StoreError as wrong:
        _leave(str(wrong), BAD_INPUT)
    except OSError as wrong:
        _leave(f"{wrong.filename or 'The system'}: {wrong.strerror or wrong}.", BAD_INPUT)
    except Exception as fault:
        if os.environ.get("ARMSLENGTH_TRACEBACK"):
            raise
        kind = type(fault).__name__
        _leave(
            f"A fault of armslength, not of your input: {kind}: {fault}. "
            "Set ARMSLENGTH_TRACEBACK=1, run it again, and report what it prints with the command.",
            FAULT,
        )


def _led_to(end: BaseException, kind: type[BaseException]) -> bool:
    """Return whether `end` was raised while an exception of `kind` was being handled."""
    behind: BaseException | None = end
    while behind is not None and not isinstance(behind, kind):
        behind = behind.__context__
    return behind is not None


def _leave(paragraph: str, code: int) -> None:
    typer.echo(paragraph, err=True)
    sys.exit(code)
