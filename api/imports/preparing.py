"""Preparing sheets in processes of their own, while this one stores those before them."""

from __future__ import annotations

import gc
import pickle
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import local

from api.ingest.files import parse_sheet
from api.ingest.foreseeing import Expected, foresee
from api.ingest.preparing import Prepared, prepare
from api.ingest.refusal import SheetRefusedError
from schemas.errors import Flaw

#: A line of a file as it was read: a sheet that can be stored, or what is wrong with it.
Read = Prepared | Expected | list[Flaw]
#: After so many pieces garbage is looked for.
_UNCOLLECTED = 50


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines that are prepared together: the number of the last one, and the hash of all lines up to there."""

    lines: list[bytes]
    last: int
    digest: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What preparing depends on: whether reviews count, and of which countries actors are that are known."""

    may_review: bool
    countries: dict[str, str | None]


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile, unless asked: Python would look through all sheets at work again and again."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def prepare_lines(lines: Sequence[bytes], terms: Terms) -> list[Read]:
    """Read lines as sheets."""
    return [_read(line, terms) for line in lines]


def prepare_line(line: bytes) -> Prepared:
    """Read one line as a sheet. Raises SheetRefusedError."""
    return prepare(parse_sheet(line))


def _read(line: bytes, terms: Terms) -> Read:
    try:
        prepared = prepare_line(line)
    except SheetRefusedError as refusal:
        return refusal.flaws
    return foresee(prepared, terms.may_review, terms.countries) or prepared


class Preparers:
    """So many processes that prepare sheets; with none it is done here, when it is asked for.

    Each is asked by a thread of its own over a pipe. When this process is gone, however it went, the pipe is closed,
    and the other one ends too.
    """

    def __init__(self, processes: int, ahead: int, terms: Terms) -> None:
        """Prepare so many pieces ahead. Start no process yet: each is started when it is first needed."""
        self._processes = processes
        self._ahead = ahead
        self._terms = terms
        self._threads = ThreadPoolExecutor(max(processes, 1))
        self._mine = local()
        self._pipes: list[Connection] = []

    def prepare(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, list[Read]]]:
        """Give pieces in order, and what was read of their lines."""
        if not self._processes:
            for piece in pieces:
                yield piece, prepare_lines(piece.lines, self._terms)
            return
        waiting: deque[tuple[Piece, Future[bytes]]] = deque()
        for piece in pieces:
            waiting.append((piece, self._threads.submit(self._ask, piece.lines)))
            if len(waiting) > self._ahead:
                yield self._answered(*waiting.popleft())
        while waiting:
            yield self._answered(*waiting.popleft())

    def close(self) -> None:
        """Let the processes end."""
        self._threads.shutdown(cancel_futures=True)
        for pipe in self._pipes:
            pipe.close()

    def _ask(self, lines: list[bytes]) -> bytes:
        """Have lines prepared; what waits is kept as bytes: no bytes, if the process has ended."""
        try:
            pipe = self._pipe()
            pipe.send(lines)
            return pipe.recv_bytes()
        except (EOFError, OSError):
            return b""

    def _answered(self, piece: Piece, answer: Future[bytes]) -> tuple[Piece, list[Read]]:
        # Somebody may have ended the other process: then it is done here.
        told = answer.result()
        read = pickle.loads(told) if told else prepare_lines(piece.lines, self._terms)  # noqa: S301 (it is our own)
        return piece, read

    def _pipe(self) -> Connection:
        if not hasattr(self._mine, "pipe"):
            context = get_context("spawn")
            here, there = context.Pipe()
            context.Process(target=_serve, args=(there, self._terms), daemon=True).start()
            there.close()
            self._mine.pipe = here
            self._pipes.append(here)
        pipe: Connection = self._mine.pipe
        return pipe


def _serve(pipe: Connection, terms: Terms) -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted closes the pipe
    with uncollected():
        for number in count(1):
            try:
                lines = pipe.recv()
            except EOFError:
                return
            pipe.send(prepare_lines(lines, terms))
            if number % _UNCOLLECTED == 0:
                gc.collect()
