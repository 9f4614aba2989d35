"""Deciding: a reviewer does as was suggested about two facts, or dismisses it."""

from __future__ import annotations

from api.curation.editing import edit_fact
from api.curation.merging import merge_facts
from api.curation.refusal import DisagreementError, standing
from api.ingest.merging import united
from api.store import suggestions, tables
from api.store.known import resolve
from api.store.suggestions import Suggestion
from api.store.writing import Writer
from schemas.suggestion import SuggestionAction, SuggestionKind, SuggestionState
from schemas.vocabulary import ReviewStatus


def decide(writer: Writer, suggestion: Suggestion, action: str) -> Suggestion:
    """Accept or dismiss a suggestion; give it as it is now. Who and when are the writer's.

    Accepted, two facts are merged, or each gets a relation to the other. What was dismissed may be accepted later.
    Raises AbsentError where a fact is gone; DisagreementError for what was done already, or cannot be.
    """
    if suggestion.state == SuggestionState.ACCEPTED.value:
        raise DisagreementError(
            "This was accepted and done. A merge is taken back by unmerge, a relation by a patch of the facts."
        )
    state = SuggestionState.DISMISSED
    if action == SuggestionAction.ACCEPT.value:
        _do(writer, suggestion)
        state = SuggestionState.ACCEPTED
    return suggestions.decide(writer.session, suggestion, state.value, writer.author.by, writer.author.at)


def _do(writer: Writer, suggestion: Suggestion) -> None:
    named = suggestion.fact_id, suggestion.other
    moved = resolve(writer.session, tables.facts, named)
    fact, other = (moved.get(id_, id_) for id_ in named)
    if fact == other:
        raise DisagreementError(f"'{fact}' is both of these facts by now: they were merged.")
    if suggestion.kind == SuggestionKind.SAME_FACT.value:
        # What was approved stays what it is; of two alike, the one that was there first.
        keeps = _is_approved(writer, fact) and not _is_approved(writer, other)
        merge_facts(writer, *((other, fact) if keeps else (fact, other)))
        return
    for id_, related in ((fact, other), (other, fact)):
        relations = standing(writer, tables.facts, id_)["relations"]
        added = [{"type": suggestion.kind, "fact": related}]
        edit_fact(writer, id_, {"relations": united("relations", relations, added)})


def _is_approved(writer: Writer, id_: str) -> bool:
    return bool(standing(writer, tables.facts, id_)["review"]["status"] == ReviewStatus.APPROVED.value)
