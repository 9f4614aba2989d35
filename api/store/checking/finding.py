"""What is wrong, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Select
from sqlalchemy.orm import Session

_AT_ONCE = 100


class Finding(NamedTuple):
    """One thing that is wrong: the table, the key of the row or the id of the resource, and what is wrong with it."""

    table: str
    id: str
    detail: str

    def __str__(self) -> str:
        return f"{self.table} {self.id}: {self.detail}"


def stream(session: Session, query: Select[Any]) -> Iterator[Any]:
    """Read many rows, a few at a time."""
    with session.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
        yield from rows
