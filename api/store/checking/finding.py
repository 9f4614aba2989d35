"""What is wrong, and where."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain, count
from typing import Any, NamedTuple

from sqlalchemy import Select, TextClause
from sqlalchemy.orm import Session

from api.store.search_index import is_sqlite

_AT_ONCE = 100
#: Rows of small columns alone are compared so many at a time.
_TUPLES_AT_ONCE = 5_000
_CURSORS = count()


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


def batches(session: Session, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """Read many rows, some together."""
    with session.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
        yield from rows.partitions()


def tuples(session: Session, query: Select[Any] | TextClause) -> Iterator[list[tuple[Any, ...]]]:
    """Read many rows as the driver gives them, some together: for numbers and texts, which need no conversion."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    # PostgreSQL sends all there is at once, unless the cursor has a name.
    with closing(driver.cursor() if is_sqlite(session) else driver.cursor(f"compared_{next(_CURSORS)}")) as cursor:
        cursor.execute(str(query.compile(connection, compile_kwargs={"literal_binds": True})))
        while some := cursor.fetchmany(_TUPLES_AT_ONCE):
            yield some


def differing(
    there: Iterator[list[tuple[Any, ...]]], ought: Iterator[list[tuple[Any, ...]]]
) -> Iterator[tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]]:
    """Compare sorted rows of two sides, each without doubles; give those that only one side has, some together.

    What is alike, which is nearly all, is not looked at row by row.
    """
    left: list[tuple[Any, ...]] = []
    right: list[tuple[Any, ...]] = []
    while True:
        left = left or next(there, [])
        right = right or next(ought, [])
        if not left or not right:
            break
        alike = min(len(left), len(right))
        if left[:alike] == right[:alike]:
            left, right = left[alike:], right[alike:]
            continue
        # Up to the lesser of the last two rows nothing more can come.
        last = min(left[-1], right[-1])
        ends = bisect_right(left, last), bisect_right(right, last)
        yield _apart(left[: ends[0]], right[: ends[1]])
        left, right = left[ends[0] :], right[ends[1] :]
    yield from ((rows, []) for rows in chain([left] if left else [], there))
    yield from (([], rows) for rows in chain([right] if right else [], ought))


def _apart(
    left: list[tuple[Any, ...]], right: list[tuple[Any, ...]]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    here, there = set(left), set(right)
    return [row for row in left if row not in there], [row for row in right if row not in here]
