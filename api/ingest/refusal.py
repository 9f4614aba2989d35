"""Why a sheet is not stored."""

from __future__ import annotations

from collections.abc import Collection

from schemas.errors import Flaw, nearest, pointer_to

#: Where something stands in a sheet, from its top.
Path = tuple[str | int, ...]


class SheetRefusedError(ValueError):
    """A sheet does not fit; `flaws` lists everything that is wrong with it. Nothing of it was stored.

    `conflict` tells that the sheet is sound in itself but disagrees with what is stored.
    """

    def __init__(self, flaws: list[Flaw], conflict: bool = False) -> None:
        """Take all flaws at once."""
        self.flaws = flaws
        self.conflict = conflict
        super().__init__("; ".join(f"{flaw.pointer or '/'}: {flaw.detail}" for flaw in flaws))


#: Looking for what may have been meant takes its time: it is done for the first flaws only.
_SUGGESTED = 20


class Flaws:
    """Collects what is wrong with a sheet, so that all of it can be said at once."""

    def __init__(self, found: list[Flaw]) -> None:
        """Begin with those that were found already."""
        self.found = list(found)
        self.conflicts = 0

    @property
    def may_suggest(self) -> bool:
        """Whether it is worth while to look for what may have been meant."""
        return len(self.found) < _SUGGESTED

    def nearest(self, word: str, known: Collection[str]) -> str:
        """Suggest the known word that is meant, as a sentence to append; empty when none is near."""
        return nearest(word, sorted(known)) if self.may_suggest else ""

    def add(self, path: Path, detail: str) -> None:
        """Note what is wrong at a path of the sheet."""
        self.found.append(Flaw(pointer_to(*path), detail))

    def conflict(self, path: Path, known: object, new: object) -> None:
        """Note that the sheet says otherwise than the store."""
        self.conflicts += 1
        self.add(
            path,
            f"The store has {_shown(known)}, the sheet {_shown(new)}. "
            "Correct one of them, or send on_conflict: keep or replace.",
        )

    def refuse_any(self) -> None:
        """Raise SheetRefusedError if anything was wrong."""
        if self.found:
            raise SheetRefusedError(self.found, conflict=self.conflicts == len(self.found))


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, int | float) else repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
