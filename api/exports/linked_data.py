"""JSON-LD: schema.org for what facts tell, W3C Web Annotation for the words that prove it.

Ids are paths of this API, to be resolved against the address of the answer. What our vocabularies say of something is
an `additionalType`, a path into /v1/vocabularies. Parts in a fact are schema.org's roles: the actor stands in the role,
under the same property that the role stands under.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from api.exports.encoding import Encoder

Node = dict[str, Any]

_ID = {"@type": "@id"}
_DAY = {"@type": "http://www.w3.org/2001/XMLSchema#date"}
_TIME = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
_OFFSET = "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"
#: What the names in a node mean. It stands in each answer, so that reading one needs no other.
CONTEXT: Mapping[str, Any] = {
    "@vocab": "https://schema.org/",
    "oa": "http://www.w3.org/ns/oa#",
    **dict.fromkeys(("additionalType", "appearance", "isBasedOn", "memberOf", "sameAs", "subjectOf", "url"), _ID),
    **dict.fromkeys(("dateCreated", "datePublished", "endDate", "startDate"), _DAY),
    "sdDatePublished": _TIME,
    # An annotation has the fact as its body; here it stands in the fact.
    "evidence": {"@reverse": "oa:hasBody"},
    **{name: f"oa:{name}" for name in ("Annotation", "SpecificResource", "TextPositionSelector", "TextQuoteSelector")},
    "motivation": {"@id": "oa:motivatedBy", "@type": "@id"},
    "target": "oa:hasTarget",
    "source": {"@id": "oa:hasSource", "@type": "@id"},
    "selector": "oa:hasSelector",
    **{name: f"oa:{name}" for name in ("exact", "prefix", "suffix")},
    **{name: {"@id": f"oa:{name}", "@type": _OFFSET} for name in ("start", "end")},
}

_ACTORS = {"country": "Country", "person": "Person", "organization": "Organization", "group": "Thing"}
#: Under which property of a fact an actor stands who has some role; `about` for all others.
_ROLES = {
    "actor": "performer",
    "host": "organizer",
    "participant": "attendee",
    "proposer": "creator",
    "speaker": "creator",
    "attributed_to": "contributor",
}


class GraphEncoder(Encoder):
    """Writes one JSON-LD document, a node a line."""

    def __init__(self, noun: str) -> None:
        """Take what the documents are; 'fact' for facts of all kinds."""
        self._noun = noun
        self._separator = b","

    def begin(self) -> bytes:
        """Open the graph."""
        self._separator = b""
        return orjson.dumps({"@context": CONTEXT})[:-1] + b',"@graph":[\n'

    def encode(self, documents: Sequence[bytes]) -> bytes:
        """Write the next documents."""
        lines = []
        for document in documents:
            lines += [self._separator, orjson.dumps(describe(self._noun, orjson.loads(document))), b"\n"]
            self._separator = b","
        return b"".join(lines)

    def end(self) -> bytes:
        """Close the graph."""
        return b"]}\n"


def write_one(noun: str, document: bytes) -> bytes:
    """Write a single document as JSON-LD."""
    return orjson.dumps({"@context": CONTEXT, **describe(noun, orjson.loads(document))})


def describe(noun: str, document: Any) -> Node:
    """Make the node of a document."""
    kind = document["kind"] if noun == "fact" else noun
    return _DESCRIBED[kind](document)


def _actor(actor: Any) -> Node:
    return _node(
        _ACTORS[actor["kind"]],
        f"/v1/actors/{actor['id']}",
        name=actor["name"],
        alternateName=actor["aliases"],
        additionalType=_codes(actor_kinds=actor["kind"], sectors=actor["sector_code"]),
        address=_address(actor["country_code"]),
        memberOf=[f"/v1/actors/{body}" for body in actor["member_of"]],
        hasOccupation=[
            _node(
                "Role", roleName=held["title"], startDate=held["start"], endDate=held["end"], name=held["organization"]
            )
            for held in actor["positions"]
        ],
        sameAs=actor["wikidata_id"] and f"http://www.wikidata.org/entity/{actor['wikidata_id']}",
        **_bookkeeping(actor),
    )


def _office(held: Any) -> Node:
    body = held["organization"]
    return _node("Role", roleName=held["title"], name=body, temporal=_period(held["start"], held["end"]))


def _article(article: Any) -> Node:
    published = article["published_at"] or {}
    return _node(
        "NewsArticle",
        _article_path(article["id"]),
        headline=article["title"],
        alternativeHeadline=article["subtitle"],
        author=[_node("Thing", name=name) for name in article["authors"]],
        publisher=_node("Organization", name=article["publisher"]),
        datePublished=published.get("earliest"),
        temporal=published.get("edtf"),
        inLanguage=article["language"],
        url=article["url"],
        wordCount=article["word_count"],
        isBasedOn=[_article_path(other) for other in (article["origin_id"], article["revises"]) if other],
        associatedMedia=[
            _node("MediaObject", caption=each["caption"], creditText=each["credit"]) for each in article["media"]
        ],
        **_bookkeeping(article),
    )


def _event(event: Any) -> Node:
    date = event["date"] or {}
    codes = _codes(
        event_types=event["type"],
        modes=event["modes"],
        contexts=event["contexts"],
        modalities=event["modality"],
        quads=event["quad"],
    )
    return _fact(
        event,
        "Event",
        codes,
        startDate=date.get("earliest"),
        endDate=date.get("latest"),
        location=[_place(place) for place in event["places"]],
        subjectOf=_proofs(event),
    )


def _proposal(proposal: Any) -> Node:
    package = proposal["package"]
    return _fact(
        proposal,
        "CreativeWork",
        _codes(proposal_categories=proposal["category"], proposal_statuses=proposal["status"]),
        creativeWorkStatus=proposal["status"],
        isPartOf=package and _node("CreativeWork", name=package),
        dateCreated=(proposal["date"] or {}).get("earliest"),
        contentLocation=[_place(place) for place in proposal["places"]],
        subjectOf=_proofs(proposal),
    )


def _statement(statement: Any) -> Node:
    is_quoted = statement["attribution"] in ("direct", "mixed")
    return _fact(
        statement,
        ["Quotation", "Claim"] if is_quoted else "Claim",
        _codes(attributions=statement["attribution"], stances=statement["stance"]),
        text=statement["text"],
        dateCreated=(statement["date"] or {}).get("earliest"),
        contentLocation=[_place(place) for place in statement["places"]],
        appearance=_proofs(statement),
    )


_DESCRIBED: Mapping[str, Callable[[Any], Node]] = {
    "actor": _actor,
    "article": _article,
    "event": _event,
    "proposal": _proposal,
    "statement": _statement,
}


def _fact(fact: Any, type_: str | list[str], codes: list[str], **own: Any) -> Node:
    parts: dict[str, list[Node]] = {}
    for part in fact["actors"]:
        name = _ROLES.get(part["role"], "about")
        parts.setdefault(name, []).append(_part(part, name))
    about = parts.pop("about", [])
    about += [
        _node("LinkRole", linkRelationship=each["type"], about={"@id": _fact_path(each["fact"])})
        for each in fact["relations"]
    ]
    about += [{"@id": _fact_path(id_)} for id_ in fact.get("about", ())]
    return _node(
        type_,
        _fact_path(fact["id"]),
        name=fact["title"],
        additionalType=_codes(fact_kinds=fact["kind"]) + codes + _codes(review_statuses=fact["review"]["status"]),
        temporal=(fact["date"] or {}).get("edtf"),
        **own,
        **parts,
        about=about,
        additionalProperty=[_quantity(each) for each in fact["quantities"]],
        evidence=[_annotation(span) for span in fact["evidence"]],
        **_bookkeeping(fact),
    )


def _part(part: Any, name: str) -> Node:
    role = _node("Role", roleName=part["role"], alternateName=part["named_as"])
    return role | {name: {"@id": f"/v1/actors/{part['actor']}"}} if part["actor"] else role


def _place(place: Any) -> Node:
    has_point = place["lat"] is not None and place["lon"] is not None
    return _node(
        "Place",
        name=place["name"],
        address=_address(place["country_code"]),
        geo=_node("GeoCoordinates", latitude=place["lat"], longitude=place["lon"]) if has_point else None,
        sameAs=place["geonames_id"] and f"https://sws.geonames.org/{place['geonames_id']}/",
    )


def _quantity(quantity: Any) -> Node:
    return _node(
        "PropertyValue",
        value=quantity["value"],
        unitText=quantity["unit"],
        additionalType=_codes(quantity_qualifiers=quantity["qualifier"]),
        description=quantity["text"],
    )


def _annotation(span: Any) -> Node:
    position = _node("TextPositionSelector", start=span["start"], end=span["end"])
    quote = _node("TextQuoteSelector", exact=span["exact"], prefix=span["prefix"], suffix=span["suffix"])
    source = f"{_article_path(span['article'])}/text"
    target = _node("SpecificResource", source=source, selector=[position, quote])
    return _node("Annotation", motivation="oa:describing", target=target)


def _proofs(fact: Any) -> list[str]:
    return list(dict.fromkeys(_article_path(span["article"]) for span in fact["evidence"]))


def _address(country: str | None) -> Node | None:
    return _node("PostalAddress", addressCountry=country) if country else None


def _codes(**codes: str | Iterable[str] | None) -> list[str]:
    """Point to what vocabularies say, by the name of each."""
    return [
        f"/v1/vocabularies/{vocabulary}#{code}"
        for vocabulary, given in codes.items()
        for code in ([given] if isinstance(given, str) else given or ())
    ]


def _period(start: str | None, end: str | None) -> str | None:
    """Write an interval of EDTF."""
    return f"{start or ''}/{end or ''}" if start or end else None


def _bookkeeping(document: Any) -> Node:
    return {"version": document["version"], "sdDatePublished": document["updated_at"]}


def _article_path(id_: str) -> str:
    return f"/v1/articles/{id_}"


def _fact_path(id_: str) -> str:
    return f"/v1/facts/{id_}"


def _node(type_: str | list[str], id_: str | None = None, **properties: Any) -> Node:
    """Make a node of what is known."""
    head: Node = {"@type": type_} if id_ is None else {"@id": id_, "@type": type_}
    return head | {name: value for name, value in properties.items() if value not in (None, [], "")}
