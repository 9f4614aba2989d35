"""How the databases run what the API reads with: every statement is caught where all of them pass, and explained."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection

from api.store import tables
from api.store.opening import Store
from api.store.reading import Reader

#: Tables of a handful of rows, which are read whole.
_SMALL = frozenset({"store", "webhooks", "alembic_version"})
#: What PostgreSQL is made to believe of each table: so many times what is there. And what it would sort too much of.
_TIMES, _MOST_SORTED = 10_000, 100_000


@dataclass(frozen=True)
class Statement:
    """A statement as a request ran it."""

    address: str
    sql: str
    values: Any

    def __str__(self) -> str:
        return f"{self.address}\n{self.sql}\n{self.values}"


@dataclass
class Caught:
    """The statements of many requests; `address` is what is being asked."""

    address: str = ""
    statements: list[Statement] = field(default_factory=list)

    def different(self) -> list[Statement]:
        """Give one statement of each text."""
        return list({each.sql: each for each in self.statements}.values())


@contextmanager
def catch(store: Store) -> Iterator[Caught]:
    """Catch every statement that is read with while the block lasts."""
    caught, rows, dialect = Caught(), Reader.rows, store.reader.engine.dialect

    def catching(self: Reader, build: Any, shape: Any, values: Mapping[str, Any]) -> Any:
        compiled = build(*shape).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        given = {name: value for name, value in compiled.params.items() if value is not None} | dict(values)
        names = compiled.positiontup  # type: ignore[attr-defined]
        bound = tuple(given[name] for name in names) if names else given
        caught.statements.append(Statement(caught.address, str(compiled), bound))
        return rows(self, build, shape, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "rows", catching)
        yield caught


class Explaining:
    """Explains statements on a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._on_postgresql = connection.dialect.name == "postgresql"

    def flaws(self, statement: Statement) -> list[str]:
        """Say how a statement reads a whole table, or sorts more than a page."""
        if self._on_postgresql:
            return [flaw for node in self._nodes(statement, "") if (flaw := _flaw(node))]
        plan = self._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values)
        return [line for *_, line in plan if _is_scan(line, statement.sql)]

    def rows_read(self, statement: Statement) -> int:
        """Count the rows that a statement looks at: in PostgreSQL these, in SQLite what costs as much."""
        if self._on_postgresql:
            nodes = list(self._nodes(statement, "ANALYZE, "))
            return sum(_rows(node) for node in nodes if "Scan" in node["Node Type"])
        return self._steps(statement) // _STEPS_OF_A_ROW

    def _nodes(self, statement: Statement, options: str) -> Iterator[Any]:
        explained = self._connection.exec_driver_sql(
            f"EXPLAIN ({options}FORMAT JSON) {statement.sql}", statement.values
        )
        waiting = [explained.scalar_one()[0]["Plan"]]
        while waiting:
            node = waiting.pop()
            waiting += node.get("Plans", ())
            yield node

    def _steps(self, statement: Statement) -> int:
        steps = 0

        def count() -> None:
            nonlocal steps
            steps += 1

        driver: Any = self._connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(count, 1)
        try:
            driver.execute(statement.sql, statement.values).fetchall()
        finally:
            driver.set_progress_handler(None, 1)
        return steps


#: SQLite takes some instructions for each row that it looks at, and more for each filter.
_STEPS_OF_A_ROW = 60


@contextmanager
def explaining(store: Store) -> Iterator[Explaining]:
    """Explain on a store, which PostgreSQL is made to take for one of millions of facts."""
    if store.reader.dialect == "postgresql":
        _enlarge(store)
    with store.reader.engine.connect() as connection:
        yield Explaining(connection)


def _enlarge(store: Store) -> None:
    names = [*tables.metadata.tables, "search_entries"]
    with store.writers.begin() as connection:
        for name in names:
            connection.exec_driver_sql(f"ALTER TABLE {name} SET (autovacuum_enabled = false)")
        connection.exec_driver_sql(f"ANALYZE {', '.join(names)}")
        # The planner believes how many rows a page has, and looks at the file for how many pages there are.
        listed = ", ".join(f"'{name}'::regclass" for name in names if name not in _SMALL)
        connection.exec_driver_sql(f"UPDATE pg_class SET reltuples = reltuples * {_TIMES} WHERE oid IN ({listed})")


def _is_scan(line: str, sql: str) -> bool:
    found = re.fullmatch(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX \w+)?", line)
    if found is None or found[1] not in tables.metadata.tables or found[1] in _SMALL:
        return False
    # Along an index a list may be read from its begin, as long as it is not read to its end.
    return "USING" not in line or "LIMIT" not in sql


def _flaw(node: Any) -> str | None:
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in _SMALL:
        return f"reads all of {node['Relation Name']}"
    if "Sort" in node["Node Type"]:
        (sorted_,) = node["Plans"]
        # The greatest counts are found among all of a facet: no more than there are actors.
        if sorted_["Plan Rows"] > _MOST_SORTED and sorted_.get("Relation Name") != tables.tallies.name:
            return f"sorts {sorted_['Plan Rows']:,} rows"
    return None


def _rows(node: Any) -> int:
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])
