"""Why something is not done."""

from __future__ import annotations

from sqlalchemy import Table

from api.store.known import Document
from api.store.writing import Writer


class AbsentError(LookupError):
    """What is to be worked on is not there, or not there any more; `what` names it."""

    def __init__(self, what: str, deleted: bool) -> None:
        """Take what it is, such as "fact 'x'", and whether it was there once."""
        super().__init__(what)
        self.what = what
        self.deleted = deleted


class DisagreementError(ValueError):
    """What is asked does not go with what is stored."""


def standing(writer: Writer, table: Table, id_: str) -> Document:
    """Read what stands at an id; raises AbsentError."""
    known = writer.load(table, [id_])
    if id_ not in known:
        raise AbsentError(f"{table.name.removesuffix('s')} '{id_}'", deleted=bool(writer.buried(table, [id_])))
    return known[id_]
