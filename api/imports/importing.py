"""Importing: the lines of an input, many in one transaction, which also keeps up to where that was.

So an import may be killed at any time, and goes on after the last line that is stored. An input is known again by the
line that it begins with, and by the hash of all that was imported of it.
"""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.orm import Session

from api.imports import preparing
from api.imports.inputs import Input
from api.imports.preparing import Piece, Preparers, Read, prepare_line, uncollected
from api.imports.refusals import Refusals
from api.ingest import Outcome, SheetRefusedError
from api.ingest.archives import read_entry
from api.ingest.batches import Sheet, ingest_batch
from api.ingest.foreseeing import Expected
from api.ingest.preparing import Prepared
from api.store.imports import Checkpoint, find_checkpoint, keep_checkpoint
from api.store.known import load_countries
from api.store.opening import Store
from api.store.reading import StorageFullError, UnavailableError
from api.store.restoring import RestoreError, count_stored, restore
from api.store.times import Clock, now, written
from schemas.errors import Flaw

#: Lines that are prepared together, and lines that are prepared ahead beside those of the next transaction: enough that
#: no process waits while one is written.
_PIECE, _AHEAD = 25, 1_000
#: Actors who are told to the processes that prepare: of the others they take to be what is not so, and it takes longer.
_MOST_ACTORS = 200_000
#: Times that a database which does not answer is asked, and seconds after the first; each pause is twice as long.
_TRIES, _PAUSE = 5, 1.0


class ImportStoppedError(Exception):
    """An import cannot begin or go on: why, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How an input is imported: see `newsfacts import --help`."""

    may_review: bool = False
    #: Lines of one transaction.
    batch: int = 500
    #: Processes that prepare sheets beside this one.
    processes: int = 0
    #: From the first line, whatever was imported before.
    again: bool = False
    clock: Clock = now


#: Told after each transaction: up to which line, and what became of all of them.
Tell = Callable[[int, Counter[str]], None]


def import_input(store: Store, source: Input, refused: Path, terms: Terms, tell: Tell) -> tuple[int, Counter[str]]:
    """Import all of an input; give how many of its lines were stored before, and what became of the others.

    Lines that are refused are written to a file, with the reasons. Raises ImportStoppedError, InputError,
    StorageFullError or UnavailableError; whatever `tell` was told of is stored then.
    """
    lines = iter(source)
    first = next(lines, None)
    if first is None:
        return 0, Counter()
    id_ = sha256(first).hexdigest()
    checkpoint = Checkpoint() if terms.again else store.write(lambda session: find_checkpoint(session, id_))
    digest = sha256()
    lines = chain([first], lines)
    _skip(lines, checkpoint, digest, source.name)
    run = _Run(store, source.name, id_, checkpoint, Refusals(refused, checkpoint.refused), terms, tell)
    pieces = _pieces(lines, checkpoint.lines, digest)
    with uncollected():
        if _is_change(first):
            run.import_changes(pieces)
        else:
            run.import_sheets(pieces)
    return checkpoint.lines, run.tally


def _skip(lines: Iterator[bytes], checkpoint: Checkpoint, digest: Any, name: str) -> None:
    """Pass by what is stored already. Raises ImportStoppedError when it is not that."""
    number = 0
    while number < checkpoint.lines and (line := next(lines, None)) is not None:
        digest.update(line)
        number += 1
    if number < checkpoint.lines or (number and digest.hexdigest() != checkpoint.digest):
        raise ImportStoppedError(
            f"{name} begins like a file of which {checkpoint.lines} lines were imported, but these are others. "
            "To import it from its first line, add --again."
        )


def _pieces(lines: Iterable[bytes], last: int, digest: Any) -> Iterator[Piece]:
    some: list[bytes] = []
    for line in lines:
        last += 1
        digest.update(line)
        some.append(line)
        if len(some) == _PIECE:
            yield Piece(some, last, digest.hexdigest())
            some = []
    if some:
        yield Piece(some, last, digest.hexdigest())


def _is_change(line: bytes) -> bool:
    """Tell whether a line is of the history of a store, and no sheet."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and found.keys() >= {"resource", "version", "action"}


#: Stores some lines; counts in a tally what becomes of them, and notes those that are refused.
_Work = Callable[[Session, Counter[str]], None]


@dataclass
class _Run:
    """One import under way."""

    store: Store
    name: str
    id: str
    checkpoint: Checkpoint
    refusals: Refusals
    terms: Terms
    tell: Tell
    tally: Counter[str] = field(default_factory=Counter)

    def import_sheets(self, pieces: Iterator[Piece]) -> None:
        """Import fact sheets."""
        countries = self.store.write(lambda session: load_countries(session, _MOST_ACTORS))
        ahead = (self.terms.batch + _AHEAD) // _PIECE
        preparers = Preparers(self.terms.processes, ahead, preparing.Terms(self.terms.may_review, countries))
        try:
            waiting: list[tuple[bytes, Read]] = []
            for piece, sheets in preparers.prepare(pieces):
                waiting += zip(piece.lines, sheets, strict=True)
                if len(waiting) >= self.terms.batch:
                    self._store(piece, self._sheets(waiting))
                    waiting = []
            if waiting:
                self._store(piece, self._sheets(waiting))
        finally:
            preparers.close()

    def import_changes(self, pieces: Iterator[Piece]) -> None:
        """Import the history of another store into an empty one, or into one that has come from there."""
        waiting: list[bytes] = []
        for piece in pieces:
            waiting += piece.lines
            if len(waiting) >= self.terms.batch:
                self._store(piece, self._changes(waiting))
                waiting = []
        if waiting:
            self._store(piece, self._changes(waiting))

    def _store(self, end: Piece, work: _Work) -> None:
        """Store what came since the last checkpoint, up to the end of a piece."""
        before = self.checkpoint

        def transaction(session: Session) -> Checkpoint:
            tally = Counter(before.tally)
            self.refusals.forget()
            work(session, tally)
            done = Checkpoint(end.last, end.digest, self.refusals.write(), count_stored(session), tally)
            keep_checkpoint(session, self.id, self.name, done, written(now()))
            return done

        self.checkpoint = self._insist(transaction)
        self.tally += Counter(self.checkpoint.tally) - Counter(before.tally)
        self.tell(end.last, self.tally)
        gc.collect()

    def _insist(self, transaction: Callable[[Session], Checkpoint]) -> Checkpoint:
        """Do a transaction; once more when the database went away, unless it is found to be done."""
        pause = _PAUSE
        for tries in range(_TRIES):
            try:
                return self.store.write(transaction)
            except StorageFullError:
                raise
            except UnavailableError:
                if tries == _TRIES - 1:
                    raise
            time.sleep(pause)
            pause *= 2
            done = self._find_checkpoint()
            if done and done.lines > self.checkpoint.lines:
                return done
        raise AssertionError

    def _find_checkpoint(self) -> Checkpoint | None:
        try:
            return self.store.write(lambda session: find_checkpoint(session, self.id))
        except UnavailableError:
            return None

    def _sheets(self, read: Sequence[tuple[bytes, Read]]) -> _Work:
        first = self.checkpoint.lines + 1

        def work(session: Session, tally: Counter[str]) -> None:
            sheets = [_sheet(line, sheet) for line, sheet in read if not isinstance(sheet, list)]
            stored = iter(ingest_batch(session, sheets, clock=self.terms.clock, may_review=self.terms.may_review))
            for number, (line, sheet) in enumerate(read, first):
                if not line.strip():
                    continue
                outcome = sheet if isinstance(sheet, list) else next(stored)
                if isinstance(outcome, Outcome):
                    _count(outcome, tally)
                else:
                    self._refuse(number, line, outcome, tally)

        return work

    def _refuse(self, number: int, line: bytes, refusal: SheetRefusedError | list[Flaw], tally: Counter[str]) -> None:
        flaws = refusal.flaws if isinstance(refusal, SheetRefusedError) else refusal
        self.refusals.add(number, line, flaws)
        tally["sheets refused"] += 1

    def _changes(self, lines: Sequence[bytes]) -> _Work:
        first, known = self.checkpoint.lines + 1, self.checkpoint.changes

        def work(session: Session, tally: Counter[str]) -> None:
            if count_stored(session) != known:
                raise ImportStoppedError(
                    f"{self.name} is the history of a store, and this one has another history already. Import it into "
                    "an empty one: name a new database in NEWSFACTS_DATABASE_URL, and run newsfacts upgrade."
                )
            try:
                restore(session, (read_entry(line) for line in lines if line.strip()))
            except RestoreError as error:
                last = first + len(lines) - 1
                raise ImportStoppedError(f"{self.name}, lines {first} to {last} were not stored. {error}") from error
            tally["changes"] += count_stored(session) - known

        return work


def _sheet(line: bytes, read: Prepared | Expected) -> Prepared | Sheet:
    return Sheet(read, partial(prepare_line, line)) if isinstance(read, Expected) else read


def _count(outcome: Outcome, tally: Counter[str]) -> None:
    tally["sheets"] += 1
    tally[f"articles {outcome.article[1]}"] += 1
    for noun, each in (("actors", outcome.actors), ("facts", outcome.facts)):
        tally.update(f"{noun} {what}" for _, what in each)
