"""Comparing: two tables side by side in the order of their keys, what is stored and what ought to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, Table
from sqlalchemy.orm import Session

from api.store.checking.finding import Finding, stream

_STORED, _EXPECTED = 0, 1
#: The key, which side it stands on, the other columns.
_Sided = tuple[tuple[Any, ...], int, tuple[Any, ...]]


def compare(table: Table, query: Select[Any], stored: Session, expected: Session) -> Iterator[Finding]:
    """Compare the rows of a query on a table, whose key comes first, with those that ought to be there."""
    keys = list(table.primary_key)
    query = query.order_by(*keys)
    for key, sides in _side_by_side(query, len(keys), stored, expected):
        name = "/".join(str(part) for part in key)
        there, ought = sides.get(_STORED), sides.get(_EXPECTED)
        if there is None:
            yield Finding(table.name, name, "is missing")
        elif ought is None:
            yield Finding(table.name, name, "should not be there")
        elif there != ought:
            yield Finding(table.name, name, f"is {_shown(there)}, should be {_shown(ought)}")


def _side_by_side(
    query: Select[Any], size: int, stored: Session, expected: Session
) -> Iterator[tuple[tuple[Any, ...], dict[int, tuple[Any, ...]]]]:
    both = merge(_sided(stored, query, size, _STORED), _sided(expected, query, size, _EXPECTED))
    for key, rows in groupby(both, key=itemgetter(0)):
        yield key, {side: rest for _, side, rest in rows}


def _sided(session: Session, query: Select[Any], size: int, side: int) -> Iterator[_Sided]:
    for row in stream(session, query):
        yield tuple(row[:size]), side, tuple(row[size:])


def _shown(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values)
