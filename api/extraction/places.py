"""Places: where it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.extraction.gazetteer import country_of
from api.extraction.lexicons import word_lists
from api.extraction.metonyms import acts
from api.extraction.names import Name
from api.extraction.parsing import lemma
from api.extraction.story import How, Location, Story

if TYPE_CHECKING:
    from spacy.tokens import Doc

_DIRECTIONS = word_lists("actor_words.tsv")["part of a place"]

#: Prepositions after which a country is a place.
_WHERE = word_lists("actor_words.tsv")["before a country as a place"]
#: What is done to a country as a place.
_ENTERED = word_lists("actor_words.tsv")["done to a country as a place"]


def find_places(story: Story) -> list[Location]:
    """Find the names that are used as places, in the order of the text; needs the names that `find_actors` found."""
    found: list[Location] = []
    previous: Name | None = None
    for name in story.names:
        doc = story.passages[name.passage].doc
        if name.sort != "place" or not _is_place(doc, name):
            continue
        location = _located(story, doc, name)
        if previous and previous.passage == name.passage and _within(doc, previous, name):
            # "Bucha, Ukraine": one place, and the country that it is in.
            town = found[-1]
            found[-1] = Location(town.span, town.name, town.country_code or location.country_code)
            continue
        found.append(location)
        previous = name
    return found


def _is_place(doc: Doc, name: Name) -> bool:
    """Tell whether a name is where something is, and not who does something."""
    if not name.known:
        return True
    head = doc[name.start : name.end].root
    while head.dep_ in ("conj", "appos") and head.head.i != head.i:
        head = head.head
    if head.dep_ == "dobj" and lemma(head.head) in _ENTERED:
        return True
    if name.known[0].how is How.METONYM:
        return not acts(head)
    return doc[name.start - 1].lower_ in _DIRECTIONS or (head.dep_ == "pobj" and head.head.lower_ in _WHERE)


def _located(story: Story, doc: Doc, name: Name) -> Location:
    start = name.start
    while start and doc[start - 1].lower_ in _DIRECTIONS:
        start -= 1
    if start and doc[start - 1].text == "The" and name.known:
        start -= 1
    span = story.passages[name.passage].span(doc[start : name.end])
    code = name.known[0].actor.get("country_code") if name.known else country_of(doc[name.start : name.end].text)
    return Location(span, " ".join(story.words(span).split()), code)


def _within(doc: Doc, town: Name, country: Name) -> bool:
    """Tell whether a country, or a state cut short ("N.C."), stands behind a place that is in it."""
    behind = country.start == town.end + 1 and doc[town.end].text == ","
    return behind and (bool(country.known) or doc[country.end - 1].text.endswith("."))
