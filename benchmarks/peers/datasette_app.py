"""Datasette on the peers' file: its own app, behind the server that it brings (uvicorn), without its access log.

Run as: DATABASE=peers.db uvicorn benchmarks.peers.datasette_app:app --no-access-log

The questions are canned queries. `fact_rows` is what sqlite-utils makes of the documents, a column for each field with
lists and objects as JSON; `fact_documents` has the documents whole, which no tool would make and costs Datasette less.
"""

from __future__ import annotations

import os

from datasette.app import Datasette

from benchmarks.peers.fields import FIELDS


def _queries(table: str, columns: str, suffix: str) -> dict[str, str]:
    newest = "ORDER BY a.day DESC, a.fact_id DESC LIMIT 50"
    actor = f"SELECT {columns} FROM actor_facts a JOIN {table} f ON f.id = a.fact_id WHERE a.actor_id = :actor"
    overlap = "AND a.day > 0 AND a.day <= :date_to AND (f.last_day IS NULL OR f.last_day >= :date_from)"
    words = f"FROM fact_words JOIN {table} f ON f.position = fact_words.rowid WHERE fact_words MATCH :q"
    return {
        f"get{suffix}": f"SELECT {columns} FROM {table} f WHERE f.id = :id",
        f"all{suffix}": f"SELECT {columns} FROM {table} f ORDER BY f.day DESC, f.id DESC LIMIT 50",
        f"list{suffix}": f"{actor} {newest}",
        f"range{suffix}": f"{actor} {overlap} {newest}",
        f"search{suffix}": f"SELECT {columns} {words} ORDER BY fact_words.rowid LIMIT 50",
    }


def _app() -> Datasette:
    columns = ", ".join(f'f."{name}"' for name in FIELDS)
    queries = _queries("fact_rows", columns, "") | _queries("fact_documents", "f.document", "_document")
    return Datasette(
        immutables=[os.environ["DATABASE"]],
        settings={"max_returned_rows": 1000, "suggest_facets": False, "allow_download": False},
        metadata={"databases": {"peers": {"queries": {name: {"sql": sql} for name, sql in queries.items()}}}},
    )


app = _app().app()
