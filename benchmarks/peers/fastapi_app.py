"""FastAPI with SQLAlchemy's ORM and pydantic: entities with relations, `selectinload`, response models.

Run as: DATABASE_URL=sqlite:///peers.db uvicorn benchmarks.peers.fastapi_app:app --no-access-log
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, column, create_engine, event, func, literal_column, or_, select, table
from sqlalchemy.orm import Session, selectinload, sessionmaker

from benchmarks.peers.models import ActorFact, Fact

URL = os.environ["DATABASE_URL"]
# As many connections as Starlette has threads: with fewer, the surplus ones would be opened and closed all the time.
engine = create_engine(URL, pool_size=40, max_overflow=0)
WORDS = table("fact_words", column("rowid"))
sessions = sessionmaker(engine, expire_on_commit=False)
app = FastAPI(title="Facts")

if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA cache_size = -16000")


def session() -> Iterator[Session]:
    with sessions() as opened:
        yield opened


Database = Annotated[Session, Depends(session)]


class Model(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Date(Model):
    edtf: str | None
    earliest: str | None
    latest: str | None
    text: str | None


class Participation(Model):
    actor: str | None
    role: str
    named_as: str | None


class Place(Model):
    name: str
    country_code: str | None
    lat: float | None
    lon: float | None
    geonames_id: int | None


class Quantity(Model):
    value: float
    unit: str
    qualifier: str
    text: str | None


class Span(Model):
    article: str
    start: int
    end: int


class Evidence(Span):
    exact: str
    prefix: str
    suffix: str


class Sources(Model):
    articles: int
    publishers: int


class Relation(Model):
    type: str
    fact: str


class Review(Model):
    status: str
    by: str | None
    at: str | None
    confidence: float | None
    generator: dict[str, str] | None


class Step(Model):
    status: str
    date: Date | None
    by: str | None
    evidence: Span


class FactModel(Model):
    id: str
    version: int
    created_at: str
    updated_at: str
    title: str
    date: Date | None
    actors: list[Participation]
    places: list[Place]
    quantities: list[Quantity]
    evidence: list[Evidence]
    sources: Sources
    relations: list[Relation]
    review: Review
    note: str | None


class Event(FactModel):
    kind: Literal["event"]
    type: str
    quad: str
    modes: list[str]
    contexts: list[str]
    modality: str


class Proposal(FactModel):
    kind: Literal["proposal"]
    category: str
    status: str
    package: str | None
    history: list[Step]


class Statement(FactModel):
    kind: Literal["statement"]
    attribution: str
    cue: str | None
    stance: str
    about: list[str]
    text: str


AnyFact = Annotated[Event | Proposal | Statement, Field(discriminator="kind")]


class Page(BaseModel):
    items: list[AnyFact]
    next_cursor: str | None


_MODELS: dict[str, type[FactModel]] = {"event": Event, "proposal": Proposal, "statement": Statement}
_WHOLE = [
    selectinload(relation)
    for relation in (Fact.actors, Fact.places, Fact.quantities, Fact.evidence, Fact.relations, Fact.history)
]


@app.get("/facts/{fact_id}")
def get_fact(fact_id: str, database: Database) -> AnyFact:
    fact = database.get(Fact, fact_id, options=_WHOLE)
    if fact is None:
        raise HTTPException(404)
    return _model(fact)


@app.get("/facts")
def list_facts(
    database: Database,
    actor: str | None = None,
    date_from: int | None = None,
    date_to: int | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    """List facts, latest date first; days are numbers, 1 being 0001-01-01."""
    query = select(Fact)
    if actor:
        query = query.join(ActorFact, ActorFact.fact_id == Fact.id).where(ActorFact.actor_id == actor)
        query = query.order_by(ActorFact.day.desc(), ActorFact.fact_id.desc())
    else:
        query = query.order_by(Fact.day.desc(), Fact.id.desc())
    begins = ActorFact.day if actor else Fact.day
    if date_from:
        query = query.where(begins > 0, or_(Fact.last_day >= date_from, Fact.last_day.is_(None)))
    if date_to:
        query = query.where(begins > 0, begins <= date_to)
    return _page(database, query, limit)


@app.get("/search")
def search(database: Database, q: str, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Page:
    """List facts that have a word, latest date first."""
    if engine.dialect.name == "sqlite":
        found = literal_column("fact_words").op("MATCH")(f'"{q}"')
        query = select(Fact).join(WORDS, WORDS.c.rowid == Fact.position).where(found)
        newest: ColumnElement[Any] = WORDS.c.rowid
    else:
        found = literal_column("facts.words").op("@@")(func.to_tsquery("simple", q))
        query, newest = select(Fact).where(found), Fact.position
    return _page(database, query.order_by(newest), limit)


def _page(database: Session, query: Select[Any], limit: int) -> Page:
    facts = database.scalars(query.options(*_WHOLE).limit(limit + 1)).all()
    last = facts[limit - 1] if len(facts) > limit else None
    cursor = urlsafe_b64encode(f"{last.day},{last.id}".encode()).decode() if last else None
    return Page(items=[_model(fact) for fact in facts[:limit]], next_cursor=cursor)


def _model(fact: Fact) -> Any:
    """Make the response model of an entity; what stands in columns side by side is put together."""
    values = {name: getattr(fact, name) for name in _PLAIN[fact.kind]}
    values["date"] = _date(fact)
    values["sources"] = Sources(articles=fact.sources_articles, publishers=fact.sources_publishers)
    values["review"] = Review(
        status=fact.review_status,
        by=fact.review_by,
        at=fact.review_at,
        confidence=fact.review_confidence,
        generator=fact.review_generator,
    )
    if fact.kind == "proposal":
        values["history"] = [
            Step(status=step.status, date=_date(step), by=step.by, evidence=Span.model_validate(step))
            for step in fact.history
        ]
    return _MODELS[fact.kind].model_validate(values)


def _date(row: Any) -> Date | None:
    if row.date_edtf is None and row.date_text is None:
        return None
    return Date(edtf=row.date_edtf, earliest=row.date_earliest, latest=row.date_latest, text=row.date_text)


_PUT_TOGETHER = ("date", "sources", "review", "history")
_PLAIN = {kind: [name for name in model.model_fields if name not in _PUT_TOGETHER] for kind, model in _MODELS.items()}
