"""The language model of the user, if there is one: it is asked for what the rules have missed.

Nothing that it says is believed: what is no word of the article is dropped and counted. Whatever goes wrong, the draft
of the rules remains, and the report says what happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from time import monotonic
from typing import Any

from api.extraction.answers import KINDS, FormError, Passage, answer_schema
from api.extraction.completions import CompletionError, Endpoint, complete
from api.extraction.joining import join_all
from api.version import VERSION

__all__ = ["Endpoint", "Report", "ask"]

Document = dict[str, Any]

#: Characters of a part: some three thousand tokens, which leaves room for the answer in any model of today.
_LONGEST = 12_000
#: How sure a fact is that only a model has seen: less than one that a rule has found, and not measured.
_CONFIDENCE = 0.3


@dataclass(frozen=True, slots=True)
class Report:
    """What came of asking: facts new and joined, what was dropped, and why the model was not asked to the end."""

    model: str
    facts_added: int = 0
    facts_joined: int = 0
    quotes_dropped: int = 0
    facts_dropped: int = 0
    failure: str | None = None


def ask(article: Mapping[str, Any], sheet: Mapping[str, Any], endpoint: Endpoint) -> tuple[Document, Report]:
    """Ask a model for the facts of an article, and join them to the sheet that the rules have drafted.

    Gives a new sheet and a report; the sheet is as it was where the model is of no help. Raises nothing.
    """
    text = str(article["text"])
    passages, failure = _asked(article, sheet, endpoint, list(_parts(text)))
    found = {kind: [fact for each in passages for fact in each.facts[kind]] for kind in KINDS}
    generator = {"name": f"llm:{endpoint.model}"[:100], "version": VERSION}
    review = {"status": "pending", "confidence": _CONFIDENCE, "generator": generator}
    joined, added, met = join_all(dict(sheet), found, review)
    quotes, facts = sum(each.quotes_dropped for each in passages), sum(each.facts_dropped for each in passages)
    return joined, Report(endpoint.model, added, met, quotes, facts, failure)


def _asked(
    article: Mapping[str, Any], sheet: Mapping[str, Any], endpoint: Endpoint, parts: list[tuple[int, int]]
) -> tuple[list[Passage], str | None]:
    """Ask for one part after the other, until one fails."""
    end = monotonic() + endpoint.timeout
    actors = frozenset(actor["id"] for actor in sheet.get("actors", ()))
    passages: list[Passage] = []
    for number, (start, stop) in enumerate(parts, 1):
        passage = Passage(article["text"], start, stop, actors)
        try:
            passage.take(complete(endpoint, _messages(article, sheet, passage), answer_schema(), end))
        except (CompletionError, FormError) as error:
            return passages, str(error) if len(parts) == 1 else f"Part {number} of {len(parts)}: {error}"
        passages.append(passage)
    return passages, None


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Cut a text into parts, where a line ends if one does, else where a sentence or a word does."""
    start = 0
    while start < len(text):
        stop = min(start + _LONGEST, len(text))
        if stop < len(text):
            least = start + _LONGEST // 2
            cuts = (text.rfind(sign, least, stop) + len(sign) for sign in ("\n", ". ", " "))
            stop = next((cut for cut in cuts if cut > least), stop)
        if text[start:stop].strip():
            yield start, stop
        start = stop


def _messages(article: Mapping[str, Any], sheet: Mapping[str, Any], passage: Passage) -> list[dict[str, str]]:
    actors = "\n".join(f"{each['id']}: {each['name']}" for each in sheet.get("actors", ()))
    published = (article.get("published_at") or {}).get("edtf") or "not known"
    told = f"{_prompt()}\nPublished: {published}\n\nKnown actors:\n{actors or 'none'}"
    return [
        {"role": "system", "content": told},
        {"role": "user", "content": passage.text[passage.start : passage.end]},
    ]


@cache
def _prompt() -> str:
    return files("api.extraction").joinpath("prompts", "draft_facts.txt").read_text("utf-8")
