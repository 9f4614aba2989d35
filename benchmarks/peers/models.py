"""The facts as SQLAlchemy entities: normalised tables, one row for each part of a fact.

Indexes are those that the questions need, newest first without sorting: (day, id) for all facts, (actor, day, fact) for
an actor's, and the position for matches of words. Parts are keyed (fact, position in it).
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

_CLUSTERED = {"sqlite_with_rowid": False}


class Base(DeclarativeBase):
    type_annotation_map = {str: Text(), list[str]: JSON(), dict[str, str]: JSON()}  # noqa: RUF012 (SQLAlchemy's own)


class Part(Base):
    """What all parts of a fact have: the fact, and their place in it."""

    __abstract__ = True
    __table_args__ = _CLUSTERED

    fact_id: Mapped[str] = mapped_column(ForeignKey("facts.id"), primary_key=True)
    at: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Participation(Part):
    __tablename__ = "participations"

    actor: Mapped[str | None]
    role: Mapped[str]
    named_as: Mapped[str | None]


class Place(Part):
    __tablename__ = "places"

    name: Mapped[str]
    country_code: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    geonames_id: Mapped[int | None]


class Quantity(Part):
    __tablename__ = "quantities"

    value: Mapped[float]
    unit: Mapped[str]
    qualifier: Mapped[str]
    text: Mapped[str | None]


class Evidence(Part):
    __tablename__ = "evidence"

    article: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    exact: Mapped[str]
    prefix: Mapped[str]
    suffix: Mapped[str]


class Relation(Part):
    __tablename__ = "relations"

    type: Mapped[str]
    fact: Mapped[str]


class Step(Part):
    __tablename__ = "steps"

    status: Mapped[str]
    date_edtf: Mapped[str | None]
    date_earliest: Mapped[str | None]
    date_latest: Mapped[str | None]
    date_text: Mapped[str | None]
    by: Mapped[str | None]
    article: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]


class ActorFact(Base):
    """An actor's facts in order; each once, whatever the roles."""

    __tablename__ = "actor_facts"
    __table_args__ = _CLUSTERED

    actor_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fact_id: Mapped[str] = mapped_column(ForeignKey("facts.id"), primary_key=True)


class Fact(Base):
    __tablename__ = "facts"
    __table_args__ = (Index("facts_by_day", "day", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    #: Its row in the index of words: newest first is ascending.
    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    version: Mapped[int]
    created_at: Mapped[str]
    updated_at: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    date_edtf: Mapped[str | None]
    date_earliest: Mapped[str | None]
    date_latest: Mapped[str | None]
    date_text: Mapped[str | None]
    day: Mapped[int]
    last_day: Mapped[int | None]
    sources_articles: Mapped[int]
    sources_publishers: Mapped[int]
    review_status: Mapped[str]
    review_by: Mapped[str | None]
    review_at: Mapped[str | None]
    review_confidence: Mapped[float | None]
    review_generator: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    note: Mapped[str | None]
    # Of events.
    type: Mapped[str | None]
    quad: Mapped[str | None]
    modality: Mapped[str | None]
    modes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    contexts: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    # Of proposals.
    category: Mapped[str | None]
    status: Mapped[str | None]
    package: Mapped[str | None]
    # Of statements.
    attribution: Mapped[str | None]
    cue: Mapped[str | None]
    stance: Mapped[str | None]
    about: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    text: Mapped[str | None]

    actors: Mapped[list[Participation]] = relationship(order_by=Participation.at)
    places: Mapped[list[Place]] = relationship(order_by=Place.at)
    quantities: Mapped[list[Quantity]] = relationship(order_by=Quantity.at)
    evidence: Mapped[list[Evidence]] = relationship(order_by=Evidence.at)
    relations: Mapped[list[Relation]] = relationship(order_by=Relation.at)
    history: Mapped[list[Step]] = relationship(order_by=Step.at)
