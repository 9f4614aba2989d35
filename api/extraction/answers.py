"""Answers: the part of a fact sheet that a language model is asked for, and what of its answer the text proves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields

from schemas.base import InputSchema, Number, Word
from schemas.event import EventInputSchema
from schemas.fact_sheet import FactSheetSchema
from schemas.parts import (
    DateInputSchema,
    EvidenceInputSchema,
    ParticipationInputSchema,
    PlaceInputSchema,
    QuantityInputSchema,
)
from schemas.proposal import ProposalInputSchema
from schemas.statement import StatementInputSchema
from schemas.vocabulary import Context, Mode

Document = dict[str, Any]

KINDS: Mapping[str, type[InputSchema]] = {
    "events": EventInputSchema,
    "proposals": ProposalInputSchema,
    "statements": StatementInputSchema,
}
_FACT = ("title", "evidence", "actors", "date")
#: The fields that a model is to give; ids, reviews and places on the map are not for it to make up.
_ASKED: Mapping[type[Schema], tuple[str, ...]] = {
    FactSheetSchema: tuple(KINDS),
    EventInputSchema: (*_FACT, "type", "modality", "modes", "contexts", "places", "quantities"),
    ProposalInputSchema: (*_FACT, "category", "status", "package", "places", "quantities"),
    StatementInputSchema: (*_FACT, "attribution", "stance", "cue"),
    DateInputSchema: ("edtf", "text"),
    EvidenceInputSchema: ("exact",),
    ParticipationInputSchema: ("actor", "role", "named_as"),
    PlaceInputSchema: ("name",),
    QuantityInputSchema: ("value", "unit", "qualifier", "text"),
}
#: Vocabularies too long to be defined in each question; their words say enough.
_UNDEFINED = (Mode, Context)
#: The plain forms of EDTF that a model is asked for.
_EDTF = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?(/\d{4}(-\d{2}(-\d{2})?)?)?", re.ASCII)


class FormError(ValueError):
    """An answer does not have the form that was asked for."""


@cache
def answer_schema() -> Document:
    """Give the JSON Schema of an answer, as strict structured output takes it: all is required, and nothing more."""
    return _object(FactSheetSchema)


@cache
def _asked(schema: type[Schema]) -> dict[str, fields.Field[Any]]:
    """Give the fields of a schema that are asked for."""
    declared = schema().fields
    return {name: declared[name] for name in _ASKED[schema]}


def _object(schema: type[Schema]) -> Document:
    declared = _asked(schema)
    return {
        "type": "object",
        "properties": {name: _nullable(each) for name, each in declared.items()},
        "required": list(declared),
        "additionalProperties": False,
    }


def _nullable(declared: fields.Field[Any]) -> Document:
    shape = _shape(declared)
    if description := declared.metadata.get("description"):
        shape.setdefault("description", description)
    return {"anyOf": [shape, {"type": "null"}]} if declared.allow_none else shape


def _shape(declared: fields.Field[Any]) -> Document:
    if isinstance(declared, fields.Nested):
        return _object(type(declared.schema))
    if isinstance(declared, fields.List):
        return {"type": "array", "items": _nullable(declared.inner)}
    if isinstance(declared, Word):
        shape: Document = {"type": "string", "enum": [term.value for term in declared.vocabulary]}
        if declared.vocabulary not in _UNDEFINED:
            shape["description"] = "; ".join(f"{term.value}: {term.definition}" for term in declared.vocabulary)
        return shape
    return {"type": "number" if isinstance(declared, Number) else "string"}


@dataclass(slots=True)
class Passage:
    """A stretch of an article that a model was shown, and how much it quoted that does not stand there."""

    text: str
    start: int
    end: int
    #: Ids of the actors that it was told of.
    actors: frozenset[str] = frozenset()
    quotes_dropped: int = 0
    facts_dropped: int = 0
    facts: dict[str, list[Document]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def take(self, answer: Any) -> None:
        """Take the facts of an answer that the text proves. Raises FormError unless it is an answer at all."""
        if not isinstance(answer, dict) or not all(isinstance(answer.get(kind), list) for kind in KINDS):
            raise FormError("Its answer is not in the form that was asked for.")
        for kind, schema in KINDS.items():
            for given in answer[kind]:
                fact = self._proven(given, schema)
                if fact:
                    self.facts[kind].append(fact)
                else:
                    self.facts_dropped += 1
        if self.facts_dropped and not self.quotes_dropped and not any(self.facts.values()):
            raise FormError("Its answer is not in the form that was asked for.")

    def _proven(self, given: Any, schema: type[InputSchema]) -> Document | None:
        try:
            fact: Document = _reduced(schema().load(_reduced(given, schema)), schema)
        except ValidationError:
            return None
        evidence = {each["start"]: each for each in self._evidence(fact["evidence"])}
        if not evidence:
            return None
        fact["evidence"] = [evidence[start] for start in sorted(evidence)]
        fact["actors"] = [part for each in fact["actors"] if (part := self._part(each))]
        fact["date"] = self._date(fact["date"])
        for name in ("cue", "package"):
            if name in fact:
                fact[name] = self._quoted(fact[name])
        if "places" in fact:
            fact["places"] = [{**each, "country_code": None} for each in fact["places"] if self._quoted(each["name"])]
            fact["quantities"] = [each for each in fact["quantities"] if self._quoted(each["text"])]
        return fact

    def _evidence(self, given: list[Document]) -> Iterator[Document]:
        for each in given:
            exact = each["exact"].strip()
            start = self._find(exact)
            if start is None:
                self.quotes_dropped += 1
            else:
                yield {"exact": exact, "start": start}

    def _find(self, words: str) -> int | None:
        """Say where words stand by themselves, not within longer ones; None if nowhere."""
        at = self.text.find(words, self.start, self.end)
        while at >= 0 and any(each.isalnum() for each in words):
            end = at + len(words)
            if not (_inside_word(self.text, at) or _inside_word(self.text, end)):
                return at
            at = self.text.find(words, at + 1, self.end)
        return None

    def _quoted(self, words: str | None) -> str | None:
        """Give words back that stand in the text; null, and counted, if they do not."""
        if words is None or self._find(words) is not None:
            return words
        self.quotes_dropped += 1
        return None

    def _part(self, given: Document) -> Document | None:
        actor = given["actor"] if given["actor"] in self.actors else None
        named_as = self._quoted(given["named_as"])
        return {**given, "actor": actor, "named_as": named_as} if named_as else None

    def _date(self, given: Document | None) -> Document | None:
        if given is None or self._quoted(given["text"]) is None:
            return None
        return {**given, "edtf": given["edtf"] if _is_date(given["edtf"] or "") else None}


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _reduced(value: Any, schema: type[Schema]) -> Any:
    """Leave of an object, and of those within it, only the fields that were asked for."""
    if not isinstance(value, dict):
        return value
    return {name: _within(value[name], each) for name, each in _asked(schema).items() if name in value}


def _within(value: Any, declared: fields.Field[Any]) -> Any:
    if isinstance(declared, fields.List):
        return [_within(each, declared.inner) for each in value] if isinstance(value, list) else value
    return _reduced(value, type(declared.schema)) if isinstance(declared, fields.Nested) else value


def _is_date(edtf: str) -> bool:
    """Tell whether a text is a year, month or day of the calendar, or a stretch from one to another."""
    if not _EDTF.fullmatch(edtf):
        return False
    ends = edtf.split("/")
    try:
        first, last = (date.fromisoformat((each + "-01-01")[:10]) for each in (ends[0], ends[-1]))
    except ValueError:
        return False
    return first <= last
