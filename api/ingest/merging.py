"""Merging: what a sheet says of something that the store already knows.

Null and empty never disagree. Lists unite: what is new joins what is there. Of single values, the first source's
wording stays (title, note, package, cue), codes that differ are a conflict, and `on_conflict` may decide otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from api.ingest.refusal import Flaws, Path

Document = dict[str, Any]

#: What makes two entries of a list the same one.
_SAME: Mapping[str, Callable[[Any], Any]] = {
    "actors": lambda part: (part["actor"] or part["named_as"], part["role"]),
    "places": lambda place: (place["name"], place["country_code"]),
    "quantities": lambda quantity: (quantity["value"], quantity["unit"], quantity["qualifier"]),
    "evidence": lambda span: (span["article"], span["start"], span["end"]),
    "relations": lambda relation: (relation["type"], relation["fact"]),
    "history": lambda step: (
        step["status"],
        step["by"],
        step["evidence"]["article"],
        step["evidence"]["start"],
    ),
    "positions": lambda position: (position["title"], position["organization"], position["start"]),
    "media": lambda medium: (medium["caption"], medium["credit"], medium["date"] and tuple(medium["date"].values())),
}
#: Where two sources may word the same thing differently: the first one's stays.
_WORDING = frozenset({"title", "note", "package", "cue", "text"})
#: What a sheet does not decide once the thing is there.
_SETTLED = frozenset({"id", "kind", "review", "sources", "merged_into", "quad"})


def merge(
    known: Document, new: Document, *, on_conflict: str, path: Path, flaws: Flaws, wording: bool = True
) -> Document:
    """Join what a sheet says to what is known; disagreements are noted as flaws unless `on_conflict` decides them.

    With `wording` false there is no wording of one's own to protect: an article's title is its title.
    """
    merged = dict(known)
    for name, value in new.items():
        if name in _SETTLED or value in (None, [], known[name]):
            continue
        if known[name] in (None, []):
            merged[name] = value
        elif isinstance(value, list):
            merged[name] = united(name, known[name], value)
        elif on_conflict == "replace":
            merged[name] = value
        elif on_conflict == "keep" or (wording and name in _WORDING):
            continue
        elif name in ("date", "published_at"):
            merged[name] = _same_date(known[name], value, (*path, name), flaws)
        else:
            flaws.conflict((*path, name), known[name], value)
    return merged


def united(name: str, known: list[Any], new: list[Any]) -> list[Any]:
    """Join two lists; of entries that are the same one the first stays."""
    if len(known) + len(new) < 2:
        return [*known, *new]
    same = _SAME.get(name, lambda each: each)
    joined: dict[Any, Any] = {}
    for each in (*known, *new):
        joined.setdefault(same(each), each)
    return list(joined.values())


def without_doubles(document: Document) -> Document:
    """Leave only the first of entries that are the same one, in every list of a document."""
    return {name: united(name, [], value) if isinstance(value, list) else value for name, value in document.items()}


def difference(name: str, known: list[Any], taken: list[Any]) -> list[Any]:
    """Take the entries of one list out of another one."""
    same = _SAME.get(name, lambda each: each)
    gone = {same(each) for each in taken}
    return [each for each in known if same(each) not in gone]


def _same_date(known: Document, new: Document, path: Path, flaws: Flaws) -> Document:
    """Compare what two dates mean; the words that they were read from may differ."""
    if new["edtf"] is None or known["edtf"] == new["edtf"]:
        return known
    if known["edtf"] is None:
        return {**new, "text": known["text"] or new["text"]}
    flaws.conflict((*path, "edtf"), known["edtf"], new["edtf"])
    return known
