"""Queries: what each list and resource can be asked. A repeated parameter means any of, `actor` all of."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from schemas.actor import ActorSchema
from schemas.actor import wikidata_id as wikidata_field
from schemas.article import ArticleSchema
from schemas.article import language as language_field
from schemas.base import Id, InputSchema, Line, Term, Text, Timestamp, Word, described
from schemas.change import Noun
from schemas.counts import CountBy
from schemas.event import EventSchema
from schemas.parameters import Day, Flag, Fraction, Numeral, comma_separated, repeated
from schemas.parts import country as country_field
from schemas.proposal import ProposalSchema
from schemas.search import SearchFacet
from schemas.statement import StatementSchema
from schemas.vocabulary import (
    ActorKind,
    Attribution,
    Context,
    EventType,
    FactKind,
    Modality,
    Mode,
    ProposalCategory,
    ProposalStatus,
    Quad,
    RelationType,
    Resource,
    ReviewStatus,
    Role,
    Sector,
    Stance,
)

#: Longest page.
MOST_ITEMS = 200


class FactSort(Term):
    """The order of facts; ties are broken by id."""

    NEWEST = "-date", "latest date first; facts without a date come last"
    OLDEST = "date", "earliest date first; facts without a date come last"
    LAST_UPDATED = "-updated", "last updated first"
    FIRST_UPDATED = "updated", "first updated first"


class ArticleSort(Term):
    """The order of articles; ties are broken by id."""

    NEWEST = "-published", "last published first; articles without a date come last"
    OLDEST = "published", "first published first; articles without a date come last"


class ActorSort(Term):
    """The order of actors; ties are broken by id."""

    NAME = "name", "by name"
    NAME_REVERSED = "-name", "by name, backwards"


class SearchSort(Term):
    """The order of search results."""

    NEWEST = "newest", "actors first, then latest date first"
    RELEVANCE = "relevance", "the newest 2,000 matches, best first"


class CountMode(Term):
    """Whether and how a list is counted."""

    EXACT = "exact", "count all, however many"
    ESTIMATE = "estimate", "stop counting at some point; total_relation tells"


class FactInclude(Term):
    """What an answer about facts can bring with it."""

    ACTORS = "actors", "the actors that take part"
    ARTICLES = "articles", "the articles that give evidence"
    RELATIONS = "relations", "the facts that relations and `about` point to"


class ArticleInclude(Term):
    """What an answer about articles can bring with it."""

    ARTICLES = "articles", "the articles that origin_id and revises point to"


class ActorInclude(Term):
    """What an answer about actors can bring with it."""

    ACTORS = "actors", "the organisations that it is a member of, or its neighbours"


def _field_names(name: str, *schemas: type[Schema]) -> type[Term]:
    """Make the vocabulary of a resource's fields, for `fields=`."""
    known = {field: f"the field {field}" for schema in schemas for field in schema().fields if field != "included"}
    members = {field.upper(): (field, definition) for field, definition in known.items()}
    vocabulary: Any = Term(name, members)  # type: ignore[arg-type]  # the functional form of an Enum
    vocabulary.__doc__ = "A field that `fields=` can ask for."
    return vocabulary  # type: ignore[no-any-return]


ArticleField = _field_names("ArticleField", ArticleSchema)
ActorField = _field_names("ActorField", ActorSchema)
EventField = _field_names("EventField", EventSchema)
ProposalField = _field_names("ProposalField", ProposalSchema)
StatementField = _field_names("StatementField", StatementSchema)
FactField = _field_names("FactField", EventSchema, ProposalSchema, StatementSchema)


class NoQuerySchema(InputSchema):
    """No parameters at all."""


class DeleteQuerySchema(InputSchema):
    """What is to become of what uses it."""

    cascade = Flag(
        load_default=False,
        metadata=described("Take it away from the facts that use it; a fact that loses its last evidence goes too"),
    )


class PageQuerySchema(InputSchema):
    """Which page of a list."""

    limit = Numeral(low=1, high=MOST_ITEMS, load_default=50, metadata=described("Most items of a page"))
    cursor = Line(
        longest=400,
        load_default=None,
        metadata=described("`next_cursor` of the page before, of the same query"),
    )
    count = Word(CountMode, load_default=None, metadata=described("Add `total`; without it nothing is counted"))


def _q() -> Text:
    return Text(
        shortest=1,
        longest=300,
        load_default=None,
        metadata=described('Words that must all occur; "a phrase", begin*, -unwanted'),
    )


class FactQuerySchema(PageQuerySchema):
    """Filters of facts."""

    sort = Word(FactSort, load_default=FactSort.NEWEST.value)
    ids = comma_separated(Id(), "These facts, up to 200; no cursor is needed then", most=200)
    kind = repeated(Word(FactKind), "Kind of fact")
    type = repeated(Word(EventType), "PLOVER type of events")
    mode = repeated(Word(Mode), "PLOVER mode of events")
    context = repeated(Word(Context), "PLOVER context of events")
    quad = repeated(Word(Quad), "Cooperation or conflict, in words or in deeds")
    modality = repeated(Word(Modality), "Whether an event took place, goes on, is planned, possible or denied")
    category = repeated(Word(ProposalCategory), "What a proposal is about")
    status = repeated(Word(ProposalStatus), "Where a proposal stands")
    stance = repeated(Word(Stance), "What a statement does")
    attribution = repeated(Word(Attribution), "How a statement is reported")
    actor = repeated(Id(), "Actors that take part: all of them", most=10)
    role = repeated(Word(Role), "Role of the actors asked for, or of anyone")
    country = repeated(country_field(), "Country of a place or of an actor, ISO 3166-1 alpha-2")
    article = repeated(Id(), "Articles that give evidence")
    publisher = repeated(Line(), "Publishers of articles that give evidence")
    relation = repeated(Word(RelationType), "Facts that have such a relation to another")
    review = repeated(Word(ReviewStatus), "Approved and pending when absent; rejected facts only by asking")
    date_from = Day(load_default=None, metadata=described("First day; dates that overlap match"))
    date_to = Day(load_default=None, metadata=described("Last day; dates that overlap match"))
    updated_since = Timestamp(load_default=None, metadata=described("Not last updated before this moment"))
    min_sources = Numeral(
        low=0, high=1000, load_default=None, metadata=described("At least so many independent articles")
    )
    min_confidence = Fraction(load_default=None, metadata=described("A human's work counts as 1"))
    q = _q()


def _listing_of(noun: str, include: type[Term], names: type[Term], base: type[PageQuerySchema]) -> dict[str, Any]:
    return {
        "fields": comma_separated(Word(names), f"Only these fields of {noun}, as {SPARSE_TYPE}"),
        "include": comma_separated(Word(include), "Add these, each once, as `included`"),
        "__doc__": base.__doc__,
        "__module__": __name__,
    }


#: The media type of answers to `fields=`: they are no whole resources, and say so.
SPARSE_TYPE = "application/vnd.newsfacts.sparse+json"


def _fact_query(name: str, noun: str, names: type[Term], without: tuple[str, ...]) -> type[FactQuerySchema]:
    """Make the query of one kind of facts, without the filters that mean nothing for it."""
    body = _listing_of(noun, FactInclude, names, FactQuerySchema)
    return type(name, (FactQuerySchema,), {**body, "Meta": type("Meta", (InputSchema.Meta,), {"exclude": without})})


_EVENTS_ONLY = ("type", "mode", "context", "quad", "modality")
_PROPOSALS_ONLY = ("category", "status")
_STATEMENTS_ONLY = ("stance", "attribution")

FactListQuerySchema = _fact_query("FactListQuerySchema", "facts", FactField, ())
EventListQuerySchema = _fact_query(
    "EventListQuerySchema", "events", EventField, ("kind", *_PROPOSALS_ONLY, *_STATEMENTS_ONLY)
)
ProposalListQuerySchema = _fact_query(
    "ProposalListQuerySchema", "proposals", ProposalField, ("kind", *_EVENTS_ONLY, *_STATEMENTS_ONLY)
)
StatementListQuerySchema = _fact_query(
    "StatementListQuerySchema", "statements", StatementField, ("kind", *_EVENTS_ONLY, *_PROPOSALS_ONLY)
)


class CountsQuerySchema(FactQuerySchema):
    """What to count facts by, and the filters of facts."""

    class Meta(InputSchema.Meta):
        exclude = ("limit", "cursor", "count", "sort")

    by = Word(CountBy, required=True, metadata=described("What to count by"))


class ChangeFilterSchema(FactQuerySchema):
    """Which changes: those of some resources, and of facts, articles and actors that lists with these filters show."""

    class Meta(InputSchema.Meta):
        exclude = ("limit", "cursor", "count", "sort", "ids", "q", "updated_since")

    resource = repeated(Word(Noun), "Kind of resource; all kinds when absent")


class ChangesQuerySchema(ChangeFilterSchema):
    """From where on the feed is read, and what of it."""

    class Meta(InputSchema.Meta):
        exclude = ("cursor", "count", "sort", "ids", "q", "updated_since")

    limit = Numeral(low=1, high=MOST_ITEMS, load_default=50, metadata=described("Most changes of a page"))
    after = Line(longest=400, load_default=None, metadata=described("`next_cursor` of the page before; else all"))
    wait = Numeral(
        low=0, high=30, load_default=0, metadata=described("Seconds to hold the answer until something comes")
    )
    texts = Flag(load_default=False, metadata=described("Add `source` where an article begins"))


class ChangeStreamQuerySchema(ChangeFilterSchema):
    """From where on the feed is followed, and what of it."""

    class Meta(InputSchema.Meta):
        exclude = ChangeFilterSchema.Meta.exclude

    after = Line(
        longest=400,
        load_default=None,
        metadata=described("`next_cursor` of /v1/changes, or the id of an event; else only what is yet to come"),
    )


class VersionsQuerySchema(InputSchema):
    """Which page of the versions of a resource."""

    limit = Numeral(low=1, high=MOST_ITEMS, load_default=50, metadata=described("Most versions of a page"))
    cursor = Line(longest=400, load_default=None, metadata=described("`next_cursor` of the page before"))


#: Made in this way because `from` is a word of Python's own.
DiffQuerySchema = type(
    "DiffQuerySchema",
    (InputSchema,),
    {
        "__doc__": "From which version a patch leads.",
        "__module__": __name__,
        "from": Numeral(low=1, high=2**31 - 1, metadata=described("Which version; else the one before, or nothing")),
    },
)


class ArticleListQuerySchema(PageQuerySchema):
    """Filters of articles."""

    sort = Word(ArticleSort, load_default=ArticleSort.NEWEST.value)
    ids = comma_separated(Id(), "These articles, up to 200; no cursor is needed then", most=200)
    publisher = repeated(Line(), "Publisher")
    language = repeated(language_field(), "BCP 47 tag, in any case")
    actor = repeated(Id(), "Actors that facts of the article name: all of them", most=10)
    published_from = Day(load_default=None, metadata=described("First day of publication"))
    published_to = Day(load_default=None, metadata=described("Last day of publication"))
    q = _q()
    fields: Any = comma_separated(Word(ArticleField), f"Only these fields of articles, as {SPARSE_TYPE}")
    include = comma_separated(Word(ArticleInclude), "Add these, each once, as `included`")


class ActorListQuerySchema(PageQuerySchema):
    """Filters of actors."""

    sort = Word(ActorSort, load_default=ActorSort.NAME.value)
    ids = comma_separated(Id(), "These actors, up to 200; no cursor is needed then", most=200)
    wikidata_id = repeated(wikidata_field(), "These Wikidata items; no cursor is needed then", most=200)
    kind = repeated(Word(ActorKind), "Kind of actor")
    country = repeated(country_field(), "ISO 3166-1 alpha-2")
    sector = repeated(Word(Sector), "PLOVER sector")
    name = Line(longest=200, load_default=None, metadata=described("How the name or any alias begins, in any case"))
    q = _q()
    fields: Any = comma_separated(Word(ActorField), f"Only these fields of actors, as {SPARSE_TYPE}")
    include = comma_separated(Word(ActorInclude), "Add these, each once, as `included`")


class ReadingQuerySchema(PageQuerySchema):
    """Which page of an article's facts, in reading order."""

    fields: Any = comma_separated(Word(FactField), f"Only these fields of facts, as {SPARSE_TYPE}")
    include = comma_separated(Word(FactInclude), "Add these, each once, as `included`")


def _one_query(name: str, noun: str, names: type[Term], include: type[Term]) -> type[InputSchema]:
    as_of = Timestamp(load_default=None, metadata=described("As it was at this moment; not together with include"))
    asked = {"as_of": as_of, "__doc__": f"What to answer of one of the {noun}."}
    return type(name, (InputSchema,), _listing_of(noun, include, names, PageQuerySchema) | asked)


ArticleQuerySchema = _one_query("ArticleQuerySchema", "articles", ArticleField, ArticleInclude)
ActorQuerySchema = _one_query("ActorQuerySchema", "actors", ActorField, ActorInclude)
AnyFactQuerySchema = _one_query("AnyFactQuerySchema", "facts", FactField, FactInclude)
EventQuerySchema = _one_query("EventQuerySchema", "events", EventField, FactInclude)
ProposalQuerySchema = _one_query("ProposalQuerySchema", "proposals", ProposalField, FactInclude)
StatementQuerySchema = _one_query("StatementQuerySchema", "statements", StatementField, FactInclude)


class NetworkQuerySchema(InputSchema):
    """How much of an actor's network."""

    limit = Numeral(low=1, high=MOST_ITEMS, load_default=50, metadata=described("Most neighbours"))
    include = comma_separated(Word(ActorInclude), "Add the neighbours' documents as `included`")


class SearchQuerySchema(InputSchema):
    """What to search for."""

    q = Text(
        shortest=1,
        longest=300,
        required=True,
        metadata=described('Words that must all occur; "a phrase", begin*, -unwanted', example="troops"),
    )
    resource = repeated(Word(Resource), "Only articles, actors or facts")
    sort = Word(SearchSort, load_default=SearchSort.NEWEST.value)
    highlight = Flag(load_default=False, metadata=described("Add the passages in which words matched"))
    facets = comma_separated(Word(SearchFacet), "Count the newest 2,000 matches by these")
    limit = Numeral(low=1, high=MOST_ITEMS, load_default=50, metadata=described("Most items of a page"))
    cursor = Line(
        longest=400,
        load_default=None,
        metadata=described("`next_cursor` of the page before, of the same query"),
    )
