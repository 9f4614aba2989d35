"""Fact sheets in files: JSON, with the article's source and the actors in files beside it where it names them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from api.ingest.refusal import SheetRefusedError
from api.ingest.sheets import KINDS
from schemas.errors import Flaw


def read_sheet(path: Path) -> dict[str, Any]:
    """Read a fact sheet.

    One whose article names a `source_file` gets source and text from there (`story_start` and `story_end` are code
    points of the source); one that names an `actors_file` gets from there the actors that it refers to.
    Raises SheetRefusedError for what is no sheet.
    """
    sheet = _read_object(path, "")
    article = sheet.get("article")
    if isinstance(article, dict) and "source_file" in article:
        sheet["article"] = _with_source(article, path.parent)
    if "actors_file" in sheet:
        sheet["actors"] = _with_registry(sheet, _beside(sheet.pop("actors_file"), path.parent, "/actors_file"))
    return sheet


def parse_sheet(line: bytes) -> dict[str, Any]:
    """Read a fact sheet that stands in one line. Raises SheetRefusedError for what is no JSON object."""
    return _parse_object(line, "This line", "")


def _read_object(path: Path, pointer: str) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SheetRefusedError([Flaw(pointer, f"Cannot read {path.name}: {error.strerror}.")]) from error
    return _parse_object(content, path.name, pointer)


def _parse_object(content: bytes, name: str, pointer: str) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise SheetRefusedError([Flaw(pointer, f"{name} is not JSON: {error}.")]) from error
    if not isinstance(found, dict):
        raise SheetRefusedError([Flaw(pointer, f"{name} is not a JSON object.")])
    return found


def _beside(name: object, folder: Path, pointer: str) -> Path:
    if not isinstance(name, str) or Path(name).name != name:
        raise SheetRefusedError([Flaw(pointer, "Name a file in the folder of the sheet.")])
    return folder / name


def _with_registry(sheet: dict[str, Any], registry: Path) -> Any:
    """Add to a sheet's own actors those of a registry that it refers to."""
    own, known = sheet.get("actors", []), _read_object(registry, "/actors_file").get("actors")
    if not isinstance(known, list):
        raise SheetRefusedError([Flaw("/actors_file", f"{registry.name} has no list of actors.")])
    if not isinstance(own, list):
        return own
    return own + _referred_to(sheet, [actor for actor in known if isinstance(actor, dict)])


def _referred_to(sheet: dict[str, Any], known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Choose the actors that a sheet's facts name, and the organisations that these are members of."""
    by_id = {actor.get("id"): actor for actor in known}
    facts = [fact for kind in KINDS for fact in _objects(sheet, kind)]
    waiting = [part.get("actor") for fact in facts for part in _objects(fact, "actors")]
    waiting += [step.get("by") for fact in facts for step in _objects(fact, "history")]
    chosen: set[Any] = set()
    while waiting:
        id_ = waiting.pop()
        if isinstance(id_, str) and id_ in by_id and id_ not in chosen:
            chosen.add(id_)
            members = by_id[id_].get("member_of")
            waiting += members if isinstance(members, list) else []
    return [actor for actor in known if actor.get("id") in chosen]


def _objects(owner: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """List the objects of a list; whatever else stands there is for the schema to refuse."""
    value = owner.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _with_source(article: dict[str, Any], folder: Path) -> dict[str, Any]:
    rest = {name: value for name, value in article.items() if name not in ("source_file", "story_end")}
    start, end = article.get("story_start", 0), article.get("story_end")
    for name, value in (("story_start", start), ("story_end", end)):
        if value is not None and type(value) is not int:
            raise SheetRefusedError([Flaw(f"/article/{name}", "Not a whole number.")])
    path = _beside(article["source_file"], folder, "/article/source_file")
    try:
        # Read as bytes: reading as text would turn CRLF into LF and move every offset.
        received = path.read_bytes()
        source = received.decode()
    except (OSError, UnicodeDecodeError) as error:
        detail = f"Cannot read {path.name} as UTF-8: {error}."
        raise SheetRefusedError([Flaw("/article/source_file", detail)]) from error
    return {**rest, "text": source[start:end], "source": source, "story_start": start}
