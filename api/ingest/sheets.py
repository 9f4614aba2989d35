"""Sheets: reading one by its schema, and going on with what fits, so that everything wrong can be said at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from api.ingest.compiled import CompiledSchema
from api.ingest.refusal import SheetRefusedError
from schemas.errors import Flaw, flaws
from schemas.fact_sheet import FactSheetSchema

Document = dict[str, Any]

#: The lists of facts in a sheet, and the kind that each is of.
KINDS = {"events": "event", "proposals": "proposal", "statements": "statement"}

_SCHEMA = FactSheetSchema()
_COMPILED = CompiledSchema(_SCHEMA)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as far as it fits its schema.

    Entries stand under their place in the sheet. `flaws` tell of those that did not fit and are left out, `unread` has
    their ids, which others may refer to all the same.
    """

    article: Document
    actors: dict[int, Document]
    facts: dict[str, dict[int, Document]]
    on_conflict: str
    flaws: list[Flaw]
    unread: set[str]


def read(sheet: Mapping[str, Any]) -> Sheet:
    """Read a sheet. Raises SheetRefusedError when not even its article can be read."""
    flawed: dict[str, set[int]] = {}
    found: list[Flaw] = []
    unread: set[str] = set()
    try:
        loaded: Document = _COMPILED.load(sheet) or _SCHEMA.load(sheet)
    except ValidationError as error:
        found = flaws(error, _SCHEMA)
        if not isinstance(sheet, Mapping):
            raise SheetRefusedError(found) from error
        flawed = _flawed_entries(error)
        kept = {
            name: [entry for at, entry in enumerate(value) if at not in flawed[name]] if name in flawed else value
            for name, value in sheet.items()
            if name in _SCHEMA.fields
        }
        try:
            loaded = _SCHEMA.load(kept)
        except ValidationError:
            raise SheetRefusedError(found) from error
        left_out = [sheet[name][at] for name, places in flawed.items() for at in places]
        unread = {str(entry.get("id")) for entry in left_out if isinstance(entry, dict)}

    def placed(name: str) -> dict[int, Document]:
        """Put what was read back to its place among what was not."""
        size = len(loaded[name]) + len(flawed.get(name, ()))
        places = [at for at in range(size) if at not in flawed.get(name, ())]
        return dict(zip(places, loaded[name], strict=True))

    facts = {name: placed(name) for name in KINDS}
    return Sheet(loaded["article"], placed("actors"), facts, loaded["on_conflict"], found, unread)


def _flawed_entries(error: ValidationError) -> dict[str, set[int]]:
    """Tell which entries of which lists do not fit."""
    messages: Any = error.messages
    return {
        name: {at for at in messages[name] if isinstance(at, int)}
        for name in ("actors", *KINDS)
        if isinstance(messages.get(name), dict)
    }
