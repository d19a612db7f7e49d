"""Asks a running node over its local API: the verbs of the command line go through it where a node runs."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from armslength.errors import HomeError, InputError, StoreError

WAIT_S = 30.0
RUNNING = "running.json"
"""Written by the node into its home while it runs: where its API listens, and which process it is, born when."""
KILLED = "No node runs on this home; the last one did not stop by itself."


def running_at(home: Path) -> tuple[str, int] | None:
    """Return host and port of the API of the node that runs on `home`, or None where none does.

    What a node that was killed has left behind says so too: its process is gone, or its number is another process's.
    """
    told = _told(home)
    try:
        return None if _gone(told) else (str(told["host"]), int(told["port"]))
    except (ValueError, KeyError, TypeError):
        return None


def myself() -> dict[str, Any]:
    """Return what identifies this process, also after its number was given to another one."""
    return {"process": os.getpid(), "born": _born(os.getpid()), "space": _space()}


def _told(home: Path) -> dict[str, Any]:
    try:
        told = json.loads((home / RUNNING).read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _gone(told: Mapping[str, Any]) -> bool:
    """Return whether the process that wrote `told` has ended. Where that cannot be known (a container), it has not."""
    born, number = told.get("born"), told.get("process")
    if not born or not isinstance(number, int) or told.get("space") != _space():
        return False
    return _born(number) != str(born)


def _born(number: int) -> str:
    """Return when a process was born: start of the system and ticks since; "" where it is gone or cannot be told."""
    try:
        words = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        system = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    return "" if words[0] in {"Z", "X"} else f"{system} {words[19]}"


def _space() -> str:
    """Return the name of the space in which process numbers count."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def get(home: Path, path: str) -> Any:
    """Return the JSON document at `path` of the node that runs on `home`.

    Raises:
        HomeError: no node runs there, or it does not answer.
    """
    return _request(home, "GET", path, None)


def ask(home: Path, verb: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of the running node to a command.

    Raises:
        HomeError: no node runs there, or it does not answer.
        InputError: the node says that it cannot be done, and why.
        StoreError: the disk of the node takes nothing.
    """
    answer = _request(home, "POST", "/api/command", json.dumps({"verb": verb, "args": dict(args)}))
    return dict(answer)


def follow(home: Path, after: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the events of the running node after number `after`, each with its "number", until it stops.

    Raises:
        HomeError: no node runs there.
    """
    connection = _connect(home)
    try:
        connection.request("GET", f"/api/events?after={after}", headers=_headers(home))
        response = connection.getresponse()
        number = after
        while line := response.readline():
            if line.startswith(b"id: "):
                number = int(line[4:])
            elif line.startswith(b"data: "):
                yield {**json.loads(line[6:]), "number": number}
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()


def _headers(home: Path) -> dict[str, str]:
    try:
        token = (home / "api.token").read_text().strip()
    except OSError as wrong:
        raise HomeError(
            f"The token of its API cannot be read: {wrong.strerror}.",
            where=str(home / "api.token"),
            remedy="Act as the user who runs the node.",
        ) from None
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _connect(home: Path) -> http.client.HTTPConnection:
    at = running_at(home)
    if at is None:
        what = KILLED if _told(home) else "No node runs on this home."
        raise HomeError(what, where=str(home), remedy=f"Start it: armslength run --home {home}.")
    return http.client.HTTPConnection(*at, timeout=WAIT_S)


def _request(home: Path, method: str, path: str, body: str | None) -> Any:
    connection = _connect(home)
    try:
        connection.request(method, path, body, _headers(home))
        response = connection.getresponse()
        data = response.read()
    except ConnectionRefusedError:
        remedy = f"It seems to have been killed. Start it: armslength run --home {home}."
        raise HomeError(KILLED, where=str(home), remedy=remedy) from None
    except (OSError, http.client.HTTPException) as wrong:
        raise HomeError(
            f"The node does not answer: {wrong}.",
            where=str(home),
            remedy="Look at its log. If it is gone, start it again: armslength run.",
        ) from None
    finally:
        connection.close()
    try:
        document = json.loads(data) if data else {}
    except ValueError:
        document = {"error": {"what": f"The node answered {response.status} with something that is not JSON."}}
    if "error" in document:
        wrong_ = document["error"]
        if response.status == 503:
            raise StoreError(wrong_["what"])
        raise InputError(wrong_["what"], where=wrong_.get("where", ""), remedy=wrong_.get("remedy", ""))
    return document
