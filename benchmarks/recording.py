"""Records what storing a sheet writes, so that the bare driver can write the very same rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import event

from api.ingest import ingest
from api.store.opening import Store
from benchmarks.sheets import Json

#: A statement of the driver, and the rows that it writes.
Statement = tuple[str, list[Any]]
#: All that one sheet writes, in order.
Rows = list[Statement]


@dataclass
class Recorder:
    """Stores sheets one after the other, and notes what each writes."""

    store: Store
    _rows: Rows = field(default_factory=list)

    def __post_init__(self) -> None:
        event.listen(self.store.writers, "before_cursor_execute", self._note)

    def record(self, sheet: Json) -> Rows:
        """Store a sheet; give what was written."""
        self._rows = []
        self.store.write(partial(ingest, sheet=sheet, may_review=True))
        return self._rows

    def _note(self, _: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            self._rows.append((statement.partition(" RETURNING ")[0], list(parameters) if many else [parameters]))
