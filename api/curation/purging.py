"""Purging: a takedown. What was stored is erased, in every version; that something was there is all that stays."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table

from api.curation.deleting import delete
from api.curation.refusal import AbsentError, DisagreementError
from api.store import tables
from api.store.aliases import former_ids
from api.store.erasing import erase_answers, erase_quotations, erase_requests, erase_text, erase_versions
from api.store.known import load_texts, load_version
from api.store.opening import count_changes
from api.store.writing import Writer


@dataclass(frozen=True, slots=True)
class Purged:
    """What became of the facts that used it, and how many versions were erased."""

    changed: list[str]
    deleted: list[str]
    versions: int


def purge(writer: Writer, table: Table, id_: str) -> Purged:
    """Erase a resource, which may have been deleted before; leave a tombstone without a document.

    Of an article, its text and every version of a fact that quotes it go too; facts lose its evidence, and those that
    have no other are deleted. What was merged into a resource goes with it. Flushes the writer. Raises AbsentError;
    DisagreementError for what is merged into another.
    """
    session, noun = writer.session, table.name.removesuffix("s")
    last = load_version(session, table, id_)
    if last is None:
        raise AbsentError(f"{noun} '{id_}'", deleted=False)
    if last.action == "merged":
        raise DisagreementError(f"The {noun} '{id_}' was merged into '{last.target}': purge that, or unmerge it first.")
    used_by: list[str] = []
    if last.action != "deleted":
        used_by = [] if table is tables.facts else sorted(writer.facts_under(f"{noun}:{id_}"))
        delete(writer, table, id_, cascade=True)
        writer.flush()
    versions = erase_versions(session, table, [id_, *former_ids(session, table, id_)])
    if table is tables.articles:
        versions += erase_quotations(session, id_)
        if texts := load_texts(session, id_):
            erase_requests(session, texts.text)
        erase_text(session, id_)
    erase_answers(session, [id_, *used_by])
    # Whatever was answered before is out of date, even if nothing stood here any more.
    count_changes(session, 0)
    left = writer.load(tables.facts, used_by)
    return Purged([each for each in used_by if each in left], [each for each in used_by if each not in left], versions)
