"""Every address of openapi.yaml, with something of the seeds in each of its places."""

from __future__ import annotations

from typing import Any

from tests.checked import document

#: What some addresses do not answer without.
NEEDED = {"/v1/search": "q=nato", "/v1/facts/counts": "by=kind"}
_FACTS = {
    "facts": "us-written-response-to-russia",
    "events": "us-written-response-to-russia",
    "proposals": "us-to-send-five-helicopters",
    "statements": "blinken-no-concessions",
    "actors": "russia",
    "articles": "tms-us-responds-to-russia",
}


def filled(path: str) -> str:
    """Put something into the places of a path: of the seeds, where they have any."""
    id_ = _FACTS.get(path.split("/")[2] if path.count("/") > 1 else "", "nobody")
    more = {"name": "modes", "version": "1", "message": "nothing", "suggestion": "nothing"}
    for place, value in {"id": id_, **more}.items():
        path = path.replace(f"{{{place}}}", value)
    return path


def methods(path: str) -> set[str]:
    """Say which methods a path of the document takes."""
    named = {method.upper() for method in document()["paths"][path]}
    return named | {"OPTIONS"} | ({"HEAD"} if "GET" in named else set())


#: What an address without a key is answered with when it is read: the operation. Of the seeds nothing is suggested.
READABLE: dict[str, Any] = {
    filled(path): item["get"]
    for path, item in document()["paths"].items()
    if "get" in item and "security" not in item["get"] and "{suggestion}" not in path
}


def kind(path: str) -> str:
    """Tell as what an address is served, before anything else."""
    kinds = list(READABLE[path]["responses"]["200"]["content"])
    return "application/json" if "application/json" in kinds else str(kinds[0])
