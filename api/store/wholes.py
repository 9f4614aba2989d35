"""Whole lists: from their beginning or from any member on to their end, of which only a page is ever in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Table, bindparam, select

from api.store import changes, search_index
from api.store.changes import Wanted
from api.store.listing import Listing, Place, page, with_current_ids
from api.store.positions import position_of
from api.store.reading import Reader

#: Documents that are read at once, and changes, which may come with the text of an article each.
PAGE, CHANGES = 200, 50
#: Changes are given as soon as they have so many bytes.
_LARGE = 256 * 1024


def documents(reader: Reader, listing: Listing, after: Place | None = None) -> Iterator[list[bytes]]:
    """Read the documents of a whole list in order, some at a time, those after a place."""
    listing, place = with_current_ids(reader, listing), after
    while True:
        found = page(reader, listing, PAGE, place)
        if found.documents:
            yield found.documents
        if found.next_place is None:
            return
        place = found.next_place


def entries(reader: Reader, wanted: Wanted, texts: bool, after: int = 0) -> Iterator[list[bytes]]:
    """Read all changes after a number as the feed serves them, some at a time; with `texts`, the sources of articles.

    Large ones are given as soon as they are made: an article may be long.
    """
    seq, more = after, True
    while more:
        found = changes.after(reader, seq, CHANGES, wanted)
        seq, more = found.seq, found.more
        some: list[bytes] = []
        size = 0
        for change in found.changes:
            some.append(changes.serve(change, changes.texts_of(reader, change) if texts else None))
            size += len(some[-1])
            if size > _LARGE:
                yield some
                some, size = [], 0
        if some:
            yield some


def place_of(reader: Reader, listing: Listing, id_: str) -> Place | None:
    """Tell at which place of a list a resource stands, if it is in the list; None when nothing is at the id."""
    table = listing.table
    row = reader.first(_key, (table, listing.order or "day"), {"id": id_})
    if row is None or listing.ids or not listing.words or listing.order is not None:
        return (row[0], id_) if row else None
    # The list is in the order of the index of words.
    resource = table.name.removesuffix("s")
    values = {"base": position_of(resource, id_, row[0]), "of": resource, "its_id": id_}
    standing = reader.first(search_index.standing_at, (), values)
    return (standing[0], id_) if standing else None


def _key(table: Table, column: str) -> Select[Any]:
    return select(table.c[column]).where(table.c.id == bindparam("id"))
