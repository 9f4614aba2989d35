"""Names: which actors go by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Select, select

from api.store import tables
from api.store.documents import in_parameters, in_size, in_values
from api.store.labels import name_key
from api.store.reading import Reader

#: Names that are looked up by one statement.
_AT_ONCE = 256


def find_bearers(reader: Reader, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Look up names and aliases, in whatever case; gives for each that is known the actors that go by it."""
    spelt: dict[str, list[str]] = defaultdict(list)
    for name in names:
        spelt[name_key(name)].append(name)
    keys = sorted(spelt)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for at in range(0, len(keys), _AT_ONCE):
        some = keys[at : at + _AT_ONCE]
        size = in_size(len(some))
        for key, document in reader.rows(_bearers, (size,), in_values("name", some, size)):
            actor = orjson.loads(document)
            for name in spelt[key]:
                found[name].append(actor)
    return dict(found)


def _bearers(size: int) -> Select[Any]:
    names, actors = tables.actor_names, tables.actors
    return (
        select(names.c.name_key, actors.c.document)
        .join_from(names, actors, actors.c.id == names.c.actor_id)
        .where(names.c.name_key.in_(in_parameters("name", size)))
        .order_by(names.c.name_key, names.c.actor_id)
    )
