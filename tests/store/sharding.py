"""What a distributed PostgreSQL cannot do with a statement, told from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.store import tables
from api.store.distribution import COLUMNS

#: A table in FROM, and what it is called there.
_TABLE = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO) (\w+)(?: AS (\w+))?")
_JOINED = re.compile(r"\bJOIN (?:\w+ AS )?(\w+) ON (.*?)(?=(?: LEFT OUTER)? JOIN | WHERE | ORDER BY |\)|$)")
#: A subquery that keeps all its rows, whether or not a table has something to join to them.
_KEPT = re.compile(r"\) AS \w+ LEFT OUTER JOIN (?:\w+ AS )?(\w+) ")
#: Columns that are compared: of two tables, or of a table and of a subquery.
_EQUAL = re.compile(r"(\w+)\.(\w+) = (\w+)\.(\w+)")
_AMONG = re.compile(r"(\w+)\.(\w+) IN \(SELECT (\w+)\.(\w+)")
_CHANGED = re.compile(r"^(?:UPDATE|DELETE FROM) (\w+)")
_SET = re.compile(r"^(?:UPDATE|INSERT INTO) (\w+)\b.*\bSET (.*?)(?: WHERE | RETURNING |$)")
_UNFIT = re.compile(r"\bFOR (?:UPDATE|SHARE)\b|\bnow\(\)|\bCURRENT_TIMESTAMP\b|\bnextval\b|\brandom\(\)", re.IGNORECASE)


def flaws(sql: str) -> Iterator[str]:
    """Tell what of a statement goes across shards, or does not go there at all."""
    if found := _UNFIT.search(sql):
        yield found[0]
    sql = re.sub(r"%\(\w+\)s", "?", " ".join(sql.split()))
    names = {
        alias or table: table for table, alias in _TABLE.findall(sql) if table in {*COLUMNS, *tables.metadata.tables}
    }
    yield from _joins(sql, names)
    if (changed := _CHANGED.match(sql)) and changed[1] in COLUMNS:
        column = COLUMNS[changed[1]]
        if not re.search(rf"\b{changed[1]}\.{column}\b", sql.partition("WHERE")[2]):
            yield f"{changed[1]} is changed without naming {column}"
    if (written := _SET.match(sql)) and written[1] in tables.metadata.tables:
        keys = tables.metadata.tables[written[1]].primary_key.columns.keys()
        yield from (f"{name} is a key" for name in re.findall(r"(?:^|, )(\w+) ?=", written[2]) if name in keys)


def _joins(sql: str, names: dict[str, str]) -> Iterator[str]:
    spread = {name for name, table in names.items() if table in COLUMNS}
    along: dict[frozenset[str], bool] = {}
    for one, column, other, its in (*_EQUAL.findall(sql), *_AMONG.findall(sql)):
        pair = frozenset((one, other))
        if len(pair) == 2 and pair & spread:
            fits = all(_says_the_shard(*side, names) for side in ((one, column), (other, its)))
            along[pair] = along.get(pair, False) or fits
    yield from (f"{' and '.join(sorted(pair))} meet across shards" for pair, fits in along.items() if not fits)
    for name, condition in _JOINED.findall(sql):
        if name in spread and not any(name in (one, other) for one, _, other, _ in _EQUAL.findall(condition)):
            yield f"{name} is joined to all there is"
    for name in spread.intersection(_KEPT.findall(sql)):
        yield f"{name} is read whole, to be joined to what was found before"


def _says_the_shard(name: str, column: str, names: dict[str, str]) -> bool:
    """Tell whether a column says in which shard a row is; one of a subquery is taken for what it is called."""
    return column == COLUMNS.get(names[name]) if name in names else column == "id"
