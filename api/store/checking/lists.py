"""Comparing: two tables side by side in the order of their keys, what is stored and what ought to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, Table
from sqlalchemy.orm import Session

from api.store.checking.finding import Finding, differing, tuples


def compare(
    table: Table, query: Select[Any], stored: Session, expected: Session, seen: Callable[[str], None]
) -> Iterator[Finding]:
    """Compare the rows of a query on a table, whose key comes first, with those that ought to be there."""
    size = len(table.primary_key)
    query = query.order_by(*table.primary_key)
    there, ought = _told(tuples(stored, query), table, seen), tuples(expected, query)
    for wrong, missing in differing(there, ought):
        should = {row[:size]: row[size:] for row in missing}
        stands = {row[:size]: row[size:] for row in wrong}
        for key in sorted({*should, *stands}):
            name = "/".join(str(part) for part in key)
            if key not in stands:
                yield Finding(table.name, name, "is missing")
            elif key not in should:
                yield Finding(table.name, name, "should not be there")
            else:
                yield Finding(table.name, name, f"is {_shown(stands[key])}, should be {_shown(should[key])}")


def _told(
    rows: Iterator[list[tuple[Any, ...]]], table: Table, seen: Callable[[str], None]
) -> Iterator[list[tuple[Any, ...]]]:
    for some in rows:
        seen(table.name)
        yield some


def _shown(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values)
