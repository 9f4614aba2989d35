"""Lists: any filters, in order, a page at a time, at a cost that does not depend on how much there is.

A list walks the shortest posting list that all of its members stand in, in order, and checks the other filters on the
way. What it may check for one page is bounded, so a page may be short; the cursor says where to go on. Cursors are
places (key, id), never offsets: page 10,000 costs what page 1 costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Table

from api.store import search_index, tables, walks
from api.store.documents import find_targets, in_size, in_values
from api.store.labels import HIDDEN, term
from api.store.positions import ABOVE_ALL_DAYS, positions
from api.store.reading import Reader
from api.store.walks import Shape
from api.store.words import SearchQuery

#: How many members a list looks at for one page.
STEPS = 2_000
#: So many actors are sorted rather than looked for.
_FEW = 500
#: Above every key; every position in the index of words; above every id.
_TOP = 2**31 - 1
_ALL_POSITIONS = positions(0, ABOVE_ALL_DAYS)
_LAST_ID = "~"

Place = tuple[Any, str]


@dataclass(frozen=True, slots=True)
class Clause:
    """Any of these labels. A posted clause has a list for each of them, so that it can be walked."""

    labels: tuple[str, ...]
    posted: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What a reader asks for; immutable, so that it is made once for each query string.

    `order` is a column of the table, or None for the order of posting keys (and of search positions). `words` are
    searched for among entries with any of `tags`. `compared` are column comparisons, see `_COMPARISONS`.
    `everything` is the label that all members have, walked when no other clause can be.
    """

    table: Table
    everything: str
    clauses: tuple[Clause, ...] = ()
    compared: tuple[tuple[str, Any], ...] = ()
    order: str | None = None
    descending: bool = True
    ids: tuple[str, ...] = ()
    id_column: str = "id"
    first_day: int | None = None
    last_day: int | None = None
    words: SearchQuery | None = None
    tags: tuple[str, ...] = ()
    hide: bool = False
    long_label: str = ""
    undated_last: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """Documents in order, and the place to go on from; None at the end."""

    documents: list[bytes]
    next_place: Place | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a list that one statement can walk: keys from low to high along some posting lists."""

    shape: Shape
    values: Mapping[str, Any] = field(hash=False)
    low: int = 0
    high: int = _TOP

    def has(self, place: Place) -> bool:
        """Tell whether a place is in this stretch."""
        return not self.shape.bounded or self.low <= place[0] <= self.high


def page(reader: Reader, listing: Listing, limit: int, after: Place | None = None) -> Page:
    """Read one page of at most `limit` documents, going on from a place."""
    found = _page(reader, listing, limit, after)
    if len(found.documents) >= max(len(listing.ids), 1):
        return found
    # Nothing, or not all: then it may have been asked for by an id that another one took over, which has no members,
    # on this page or another one.
    current = with_current_ids(reader, listing)
    return _page(reader, current, limit, after) if current != listing else found


def with_current_ids(reader: Reader, listing: Listing) -> Listing:
    """Put those that took over in the place of merged actors and ids; lists know only these."""
    named = {_actor_of(label) for clause in listing.clauses for label in clause.labels} - {""}
    moved = find_targets(reader, tables.actors, sorted(named))
    ids = find_targets(reader, listing.table, listing.ids) if listing.id_column == "id" else {}
    if not moved and not ids:
        return listing
    clauses = [
        replace(clause, labels=tuple(dict.fromkeys(_with_actor(label, moved) for label in clause.labels)))
        for clause in listing.clauses
    ]
    kept = tuple(dict.fromkeys(ids.get(id_, id_) for id_ in listing.ids))
    return replace(listing, clauses=tuple(clauses), ids=kept)


def _actor_of(label: str) -> str:
    """Give the actor that a label is about; '' for any other label."""
    name, _, value = label.partition(":")
    return value.partition("/")[0] if name in ("actor", "link", "articles/actor") else ""


def _with_actor(label: str, moved: Mapping[str, str]) -> str:
    actor = _actor_of(label)
    return label.replace(f":{actor}", f":{moved[actor]}", 1) if actor in moved else label


def _page(reader: Reader, listing: Listing, limit: int, after: Place | None) -> Page:
    documents: list[bytes] = []
    for segment in segments(reader, listing):
        if after is not None and not segment.has(after):
            continue
        found, place = _walk(reader, segment, limit - len(documents), after)
        documents += found
        if place is not None:
            return Page(documents, place)
        after = None
    return Page(documents, None)


def _walk(reader: Reader, segment: Segment, limit: int, after: Place | None) -> tuple[list[bytes], Place | None]:
    """Read a segment's next documents, and the place to go on from if it has not ended."""
    if segment.shape.checks or segment.shape.is_windowed:
        shape, values, ended = until(reader, segment, STEPS, after)
    else:
        shape, values, ended = _after(segment, after), values_of(segment, after), True
    rows = reader.rows(walks.documents, (shape,), {**values, "limit": limit + 1})
    documents = [row[2] for row in rows[:limit]]
    if len(rows) > limit:
        return documents, (rows[limit - 1][0], rows[limit - 1][1]) if limit else _before(segment, after)
    return documents, None if ended else (values["until_key"], values["until_id"])


def _before(segment: Segment, after: Place | None) -> Place:
    """Give a place right before what is left of a segment, for a page that was full before it."""
    if after is not None:
        return after
    return (segment.high, _LAST_ID) if segment.shape.descending else (segment.low, "")


def until(
    reader: Reader, segment: Segment, steps: int, after: Place | None = None
) -> tuple[Shape, dict[str, Any], bool]:
    """Bound a walk to so many steps: (shape, values, whether it reaches the segment's end)."""
    shape, values = _after(segment, after), values_of(segment, after) | {"edge": steps}
    if shape.kind == "ids":
        return shape, values, True
    shape = replace(shape, limited=True)
    if shape.is_windowed:
        low = _lowest(reader, segment, steps, segment.high if after is None else after[0] - 1)
        return replace(shape, until=True), values | {"until_key": low, "until_id": ""}, low == segment.low
    edge = reader.first(walks.edge, (shape,), {**values, "steps": steps - 1})
    if edge is None:
        return shape, values, True
    return replace(shape, until=True), values | {"until_key": edge[0], "until_id": edge[1]}, False


def _lowest(reader: Reader, segment: Segment, steps: int, high: int) -> int:
    """Find how far down from a position there are some matches, but no more than so many: by halving what is left."""
    shape = replace(segment.shape, bounded=True)
    floor, low, top = segment.low, segment.low, high + 1
    while True:
        values = {**segment.values, "low": low, "high": top - 1, "edge": steps + 1}
        size = reader.number(walks.size_up_to, (shape,), values)
        if size <= steps and (size or low == segment.low):
            return low
        floor, top = (low, top) if size else (floor, low)
        low = (floor + top) // 2


def _after(segment: Segment, after: Place | None) -> Shape:
    return replace(segment.shape, after=True) if after is not None else segment.shape


def values_of(segment: Segment, after: Place | None = None) -> dict[str, Any]:
    """Give the values of a statement that walks a segment, going on from a place."""
    values = dict(segment.values)
    if segment.shape.bounded:
        values |= {"low": segment.low, "high": segment.high}
    if after is not None:
        values |= {"after_key": after[0], "after_id": after[1]}
    return values


def segments(reader: Reader, listing: Listing) -> Iterator[Segment]:
    """Divide a list into stretches, in order."""
    if listing.table is tables.actors and not listing.ids and (few := _few(reader, listing)) is not None:
        # They stand in order of their names: a few are sooner sorted than found among all.
        if not few:
            return
        listing = replace(listing, ids=few, words=None, order="name_key")
    if listing.ids:
        size = in_size(len(listing.ids))
        values = in_values("wanted", listing.ids, size)
        for low, high in _undated_last(listing, 0, _TOP, 1):
            yield _segment(reader, listing, "ids", listing.clauses, values, size=size, low=low, high=high)
    elif listing.words and listing.order is None:
        for low, high in _positions(listing):
            yield _segment(reader, listing, "words", listing.clauses, {}, low=low, high=high)
    elif listing.order is not None:
        yield _segment(reader, listing, "column", listing.clauses, {})
    else:
        stretches = _stretches(reader, listing)
        yield from stretches if listing.descending else _ascending(list(stretches))


def _few(reader: Reader, listing: Listing) -> tuple[str, ...] | None:
    """List the actors that have the words, or whose names begin so, if they are few; None if they are not."""
    if listing.words:
        values = {"words": search_index.expression(reader.dialect, listing.words, listing.tags)}
        rows = reader.rows(walks.having_words, (reader.dialect,), values | {"limit": _FEW + 1})
    elif begin := dict(listing.compared).get("name_from"):
        rows = reader.rows(walks.named, (), {"begin": begin, "limit": _FEW + 1})
    else:
        return None
    return None if len(rows) > _FEW else tuple(dict.fromkeys(row[0] for row in rows))


def _positions(listing: Listing) -> list[tuple[int, int]]:
    """Divide the positions of a search: what has no date stands last, whether they are walked up or down."""
    days = 1, ABOVE_ALL_DAYS - 1 if listing.last_day is None else listing.last_day
    if listing.first_day is not None or listing.last_day is not None:
        return [positions(*days)]
    undated = tables.UNDATED, tables.UNDATED
    return [_ALL_POSITIONS] if listing.descending else [positions(*each) for each in (days, undated)]


def _undated_last(listing: Listing, low: int, high: int, dated: int) -> list[tuple[int, int]]:
    """Divide keys where those of what has a date begin, if what has none would come first otherwise."""
    if listing.order is not None or listing.descending or low >= dated:
        return [(low, high)]
    return [(dated, high), (low, dated - 1)]


def _ascending(stretches: list[Segment]) -> Iterator[Segment]:
    """Turn newest-first stretches round; what has no date stays last."""
    undated = [each for each in stretches if each.high == tables.UNDATED]
    yield from reversed([each for each in stretches if each not in undated])
    yield from undated


def _stretches(reader: Reader, listing: Listing) -> Iterator[Segment]:
    driver = _choose(reader, listing.clauses) or Clause((listing.everything,), posted=True)
    rest = tuple(clause for clause in listing.clauses if clause is not driver)

    def along(clause: Clause, checked: tuple[Clause, ...], low: int, high: int) -> Segment:
        values = {f"term{at}": term(label) for at, label in enumerate(clause.labels)}
        return _segment(reader, listing, "postings", checked, values, size=len(values), low=low, high=high)

    last = _TOP if listing.last_day is None else listing.last_day
    if listing.first_day is not None:
        # What ends after the first day may begin long before it. Such long ones have a list of their own, so that
        # nobody has to look at everything older in order to find them; that of an actor may be shorter still.
        since = max(listing.first_day - tables.SHORT_SPAN, 1)
        yield along(driver, rest, listing.first_day, last)
        yield along(driver, rest, since, min(listing.first_day - 1, last))
        long = Clause((listing.long_label,), posted=True)
        shortest = _choose(reader, (long, *listing.clauses)) or long
        others = tuple(clause for clause in (long, *listing.clauses) if clause is not shortest)
        yield along(shortest, others, 1, min(since - 1, last))
    elif listing.last_day is not None:
        yield along(driver, rest, 1, last)
    elif listing.descending or not listing.undated_last:
        yield along(driver, rest, 0, _TOP)
    else:
        yield along(driver, rest, 1, _TOP)
        yield along(driver, rest, tables.UNDATED, tables.UNDATED)


def _choose(reader: Reader, clauses: Sequence[Clause]) -> Clause | None:
    """Choose the clause to walk: the one with the fewest members; None if there is none to walk."""
    posted = [clause for clause in clauses if clause.posted]
    if len(posted) < 2:
        return posted[0] if posted else None
    labels = [label for clause in posted for label in clause.labels]
    size = in_size(len(labels))
    sizes = dict(reader.rows(walks.sizes, (size,), in_values("term", [term(label) for label in labels], size)))
    return min(posted, key=lambda clause: sum(sizes.get(term(label), 0) for label in clause.labels))


def _told_by_keys(listing: Listing, low: int) -> frozenset[str]:
    """Name the comparisons that hold for all that stands in posting lists from a key on, and not after the last day."""
    begins_later = listing.first_day is not None and low >= listing.first_day
    return frozenset(("begins_by", "ends_from") if begins_later else ("begins_by",))


def _segment(
    reader: Reader,
    listing: Listing,
    kind: str,
    clauses: tuple[Clause, ...],
    values: Mapping[str, Any],
    *,
    size: int = 1,
    low: int = 0,
    high: int = _TOP,
) -> Segment:
    limits = {"postings": (0, _TOP), "words": _ALL_POSITIONS, "ids": (0, _TOP)}
    # What the keys of a posting list tell need not be looked up.
    known = _told_by_keys(listing, low) if kind == "postings" else frozenset()
    asked = [each for each in listing.compared if each[0] not in known]
    shape = Shape(
        table=listing.table,
        kind=kind,
        size=size,
        order=listing.order,
        # Positions in the index of words ascend from the newest.
        descending=listing.descending != (kind == "words"),
        id_column=listing.id_column,
        bounded=kind in limits and limits[kind] != (low, high),
        clauses=tuple(len(clause.labels) for clause in clauses),
        compared=tuple(name for name, _ in asked),
        # Rejected facts stand in no list but their own, so only other ways to a fact need to look.
        hide=listing.hide and kind in ("ids", "column"),
        words=listing.words is not None and kind != "words",
        dialect=reader.dialect,
    )
    checked = {
        f"label{at}_{n}": f"\n{label}\n" for at, clause in enumerate(clauses) for n, label in enumerate(clause.labels)
    }
    compared = {f"compared{at}": value for at, (_, value) in enumerate(asked)}
    words = {"words": search_index.expression(reader.dialect, listing.words, listing.tags)} if listing.words else {}
    hidden = {"hidden": f"\n{HIDDEN}\n"} if shape.hide else {}
    return Segment(shape, {**values, **checked, **compared, **words, **hidden}, low, high)
