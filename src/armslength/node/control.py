"""Asks a running node over its local API: the verbs of the command line go through it where a node runs."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from armslength.errors import HomeError, InputError, StoreError

WAIT_S = 30.0
RUNNING = "running.json"
"""Written by the node into its home while it runs: where its API listens."""


def running_at(home: Path) -> tuple[str, int] | None:
    """Return host and port of the API of the node that runs on `home`, or None where none says that it does."""
    try:
        told = json.loads((home / RUNNING).read_text())
        return str(told["host"]), int(told["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


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
        raise HomeError(
            "No node runs on this home.", where=str(home), remedy=f"Start it: armslength run --home {home}."
        )
    return http.client.HTTPConnection(*at, timeout=WAIT_S)


def _request(home: Path, method: str, path: str, body: str | None) -> Any:
    connection = _connect(home)
    try:
        connection.request(method, path, body, _headers(home))
        response = connection.getresponse()
        data = response.read()
    except ConnectionRefusedError:
        remedy = f"It seems to have been killed. Start it: armslength run --home {home}."
        raise HomeError(
            "No node runs on this home; the last one did not stop by itself.", where=str(home), remedy=remedy
        ) from None
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
