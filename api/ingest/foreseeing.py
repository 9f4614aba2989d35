"""Foreseeing: what storing a sheet will write, worked out before anybody asks the store.

Most sheets of an archive tell of an article and of facts that are new, and of actors who are known. What such a sheet
writes follows from itself, but for its time. So it is stored into nothing by the very code that stores it; whoever has
the store then sees whether all is as it was taken to be, and takes the result over. If not, the sheet is stored as any.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Table

from api.ingest.identity import id_of_sent_actor
from api.ingest.preparing import Prepared
from api.ingest.refusal import SheetRefusedError
from api.ingest.sheets import Sheet
from api.ingest.storing import Outcome, Storing
from api.store import tables
from api.store.foreseeing import Foreseer
from api.store.foreseen import Foreseen
from api.store.known import Brief, Document, Known, Row, Texts
from api.store.writing import Writer


@dataclass(frozen=True, slots=True)
class Expected:
    """What a sheet writes if its article and its facts are new, and each of some actors is of this country.

    `actors` is the sheet with nothing but its actors, who are stored as ever.
    """

    foreseen: Foreseen
    countries: Mapping[str, str | None]
    actors: Prepared


def foresee(prepared: Prepared, may_review: bool, countries: dict[str, str | None]) -> Expected | None:
    """Store a sheet into nothing; None where its facts speak of others, or anything else is not as with most.

    `countries` are those of actors who are in the store, as far as that is known here; it learns of the sheet's own.
    """
    if prepared.flaws or prepared.fact_flaws:
        return None
    sheet = prepared.sheet
    for actor in sheet.actors.values():
        countries[id_of_sent_actor(actor)] = actor["country_code"]
    known = _Nothing(countries)
    writer = Foreseer(known)
    try:
        Storing(replace(prepared, sheet=replace(sheet, actors={})), writer, may_review, None).run()
    except SheetRefusedError:
        return None
    foreseen = writer.foresee(prepared.claim)
    if foreseen is None:
        return None
    actors = Sheet({}, sheet.actors, {}, sheet.on_conflict, [], set())
    return Expected(foreseen, known.assumed(), Prepared(actors, {}, Texts("", "", ""), prepared.claim, [], [], [], {}))


def store_expected(writer: Writer, expected: Expected) -> Outcome | None:
    """Store a sheet as it was foreseen; None, and nothing done, if something is not as it was taken to be."""
    return _Taking(expected.actors, writer, False, None).take(expected)


class _Nothing(Known):
    """A store without articles and facts, in which all actors are that anybody speaks of."""

    def __init__(self, countries: Mapping[str, str | None]) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self._countries = countries

    def assumed(self) -> dict[str, str | None]:
        """Tell of which country each actor that was asked for was taken to be."""
        return {id_: row.document["country_code"] for id_, row in self.rows["actors"].items() if row}

    def load(self, table: Table, ids: Iterable[str]) -> dict[str, Document]:
        return {id_: row.document for id_ in ids if (row := self.row(table, id_))}

    def row(self, table: Table, id_: str) -> Row | None:
        known = self.rows[table.name]
        if table is tables.actors and id_ not in known:
            known[id_] = self._actor(id_)
        return known.get(id_)

    def buried(self, table: Table, ids: Collection[str]) -> set[str]:
        return set()

    def _actor(self, id_: str) -> Row:
        return Row({"id": id_, "country_code": self._countries.get(id_)}, "", "", b"")

    def resolve(self, table: Table, ids: Iterable[str]) -> dict[str, str]:
        return {}

    def holders(self, claims: Iterable[str]) -> dict[str, str | None]:
        return dict.fromkeys(claims)

    def _brief_of(self, table: Table, id_: str) -> Brief | None:
        self.row(table, id_)
        return super()._brief_of(table, id_)


class _Taking(Storing):
    """Takes over what was foreseen, and stores the actors."""

    def take(self, expected: Expected) -> Outcome | None:
        self.begin()
        known, foreseen = self.writer.known, expected.foreseen
        if known.holders([self.prepared.claim])[self.prepared.claim] or self._is_known(foreseen):
            return None
        self._name_actors()
        actors = self._actors()
        self._check_actors(set(actors))
        if self.flaws.found or self.gone_actors or not self._are_so(expected.countries, actors):
            return None
        self.writer.take_article(foreseen)
        put = self._put(tables.actors, actors, self.actor_ids.values(), self._put_actors)
        self.writer.take_facts(foreseen)
        self.writer.settle()
        return Outcome((foreseen.article, "created"), put, [(id_, "created") for id_ in foreseen.facts])

    def _is_known(self, foreseen: Foreseen) -> bool:
        known = self.writer.known
        named = ((tables.articles, [foreseen.article]), (tables.facts, foreseen.facts))
        return any(known.load(table, ids) or known.buried(table, ids) for table, ids in named)

    def _are_so(self, countries: Mapping[str, str | None], actors: Mapping[str, Document]) -> bool:
        """See that actors are there under their own ids, or will be, and of these countries."""
        stored = self.writer.known.brief(tables.actors, countries.keys() - actors.keys())
        briefs = stored | {id_: (id_, actor["country_code"]) for id_, actor in actors.items()}
        return all(briefs[id_] == (id_, country) for id_, country in countries.items())
