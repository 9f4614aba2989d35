"""What storing a sheet will write, as far as it was worked out before; see ingest/foreseeing.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from api.store.known import Texts
from api.store.search_index import Entry

#: Stands for the time at which what was foreseen will be stored: as long as any, and never told by a clock.
SOMETIME = "9999-12-31T23:59:59.999999Z"


class ForeseenDocument(NamedTuple):
    """The first version of a resource, but for its time, with its labels when it is made and in the end.

    `starts` tells for each article that is evidence of it where the first of that starts.
    """

    table: str
    id: str
    noun: str
    first_labels: str
    labels: str
    derived: dict[str, Any]
    starts: dict[str, int]
    entry: Entry
    body: bytes


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What storing a sheet will write of its article and facts, which are new: its documents, the article's first.

    `rows` are (table, key, row) of what belongs to the article.
    """

    article: str
    claim: str
    texts: Texts
    documents: list[ForeseenDocument]
    rows: list[tuple[str, Any, dict[str, Any]]]

    @property
    def facts(self) -> list[str]:
        """The ids of the facts, in order."""
        return [document.id for document in self.documents[1:]]
