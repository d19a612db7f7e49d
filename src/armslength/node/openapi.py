"""The OpenAPI description of the local API. A test holds it and the routes together."""

from __future__ import annotations

from typing import Any

from armslength import __version__

PATHS = {
    "/api/health": "Whether the node does its duty; 503 where it does not, with the reason.",
    "/api/status": "Link, clocks, feeds, store, agreements, counts.",
    "/api/tracks": "The live tracks: own, the counterpart's and third parties', with age, quality, sources and datum.",
    "/api/encounters": "The latest closed encounters, with the columns of encounters.csv.",
    "/api/alerts": "Open alerts, soonest first.",
    "/api/messages": "The latest messages in and out, with their marks.",
    "/metrics": "Figures in the text format of Prometheus. No term, name or position is in them.",
    "/api/openapi.json": "This description.",
}
STREAM = "Server-sent events as they happen. Resume with Last-Event-ID, or ?after=NUMBER."
COMMAND = "Ask the node for something: mark a message, send a coded call, enter a level, act on the agreement."


def description() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    refused = {
        "401": _answer("The token is missing or wrong.", "Error"),
        "421": _answer("The host name is not one of this node's.", "Error"),
    }
    paths: dict[str, Any] = {
        path: {"get": {"summary": says, "responses": {"200": _document("As asked.", path)} | refused}}
        for path, says in PATHS.items()
    }
    paths["/api/health"]["get"]["responses"]["503"] = _answer("The node does not do its duty.", "Any")
    paths["/api/events"] = {
        "get": {
            "summary": STREAM,
            "parameters": [{"name": "after", "in": "query", "schema": {"type": "integer", "minimum": 0}}],
            "responses": {"200": {"description": "The stream.", "content": {"text/event-stream": {}}}} | refused,
        }
    }
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Command"}}}}
    wrong = {
        "400": _answer("Not a command.", "Error"),
        "413": _answer("Too long.", "Error"),
        "422": _answer("It cannot be done: what, where, and what would be right.", "Error"),
        "503": _answer("The node cannot do it now.", "Error"),
    }
    answers = {"200": _answer("Done, and kept in the ledger.", "Any")} | wrong | refused
    paths["/api/command"] = {"post": {"summary": COMMAND, "requestBody": body, "responses": answers}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "armslength node", "version": __version__, "description": "Local API of one node."},
        "security": [{"token": []}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}, "schemas": _SCHEMAS},
    }


_TEXT = {"type": "string"}
_SCHEMAS: dict[str, Any] = {
    "Any": {"type": "object"},
    "Command": {
        "type": "object",
        "required": ["verb"],
        "properties": {"verb": _TEXT, "args": {"type": "object"}},
    },
    "Error": {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {"type": "object", "properties": {"what": _TEXT, "where": _TEXT, "remedy": _TEXT}},
        },
    },
}


def _answer(says: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": says, "content": content}


def _document(says: str, path: str) -> dict[str, Any]:
    if path == "/metrics":
        return {"description": says, "content": {"text/plain": {"schema": _TEXT}}}
    return _answer(says, "Any")
