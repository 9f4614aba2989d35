"""Records what is written to a store, so that the bare driver can write the very same rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from api.store.opening import Store

#: A statement of the driver, and the rows that it writes.
Statement = tuple[str, list[Any]]
#: All that one transaction writes, in order.
Rows = list[Statement]


@dataclass
class Recorder:
    """Notes what each transaction writes to a store from now on."""

    store: Store
    _transactions: list[Rows] = field(default_factory=list)
    _rows: Rows = field(default_factory=list)

    def __post_init__(self) -> None:
        event.listen(self.store.writers, "before_cursor_execute", self._note)
        event.listen(self.store.writers, "commit", self._end)

    def take(self) -> list[Rows]:
        """Take out what was written since the last time; nothing of transactions that wrote nothing."""
        taken, self._transactions = self._transactions, []
        return taken

    def _note(self, _: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            self._rows.append((statement.partition(" RETURNING ")[0], list(parameters) if many else [parameters]))

    def _end(self, _: Any) -> None:
        if self._rows:
            self._transactions.append(self._rows)
        self._rows = []
