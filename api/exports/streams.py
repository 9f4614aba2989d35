"""Streams: an export under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Lock, Timer
from typing import Any, Self

from api.exports.encoding import Encoder
from api.exports.formats import Format
from api.exports.resources import Resource, Selection
from api.store.snapshots import Snapshot


class Stream:
    """The bytes of an export, chunk by chunk, from a snapshot that is let go at the end, or when it is closed.

    It is whole only when it ends without an error: SnapshotClosedError says that it was closed before.
    """

    def __init__(
        self, snapshot: Snapshot, resource: Resource, format_: Format, selection: Selection, place: Any = None
    ) -> None:
        """Take what is exported and how, and the place after which it goes on; None is the beginning."""
        self.rows = 0
        self._snapshot = snapshot
        encoder = format_.encode(resource, snapshot)
        self._chunks = self._write(encoder, selection.read(snapshot, place), place is None)

    def __iter__(self) -> Self:
        """Give itself: a stream is read once."""
        return self

    def __next__(self) -> bytes:
        """Give the next chunk."""
        try:
            return next(self._chunks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the snapshot go; a second time does nothing."""
        self._snapshot.close()

    def _write(self, encoder: Encoder, pages: Iterator[list[bytes]], is_whole: bool) -> Iterator[bytes]:
        if is_whole and (heading := encoder.begin()):
            yield heading
        for documents in pages:
            self.rows += len(documents)
            if chunk := encoder.encode(documents):
                yield chunk
        if rest := encoder.end():
            yield rest


class Lease:
    """A stream that ends after so many seconds, or sooner when nobody takes anything of it.

    Whoever reads slowly would hold the store as it was for as long as he likes.
    """

    def __init__(
        self, stream: Stream, seconds: float, idle_seconds: float, done: Callable[[], object] = lambda: None
    ) -> None:
        """Take the stream, how long it may take, how long nobody may take anything of it, and what to do at its end."""
        self._stream, self._idle, self._done = stream, idle_seconds, done
        self._taken = time.monotonic()
        self._end = self._taken + seconds
        self._lock, self._is_over = Lock(), False
        self._watch()

    def __iter__(self) -> Self:
        """Give itself: a stream is read once."""
        return self

    def __next__(self) -> bytes:
        """Give the next chunk; raises SnapshotClosedError when the time is over."""
        self._taken = time.monotonic()
        try:
            return next(self._stream)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the stream; a second time does nothing."""
        with self._lock:
            if self._is_over:
                return
            self._is_over = True
        self._timer.cancel()
        self._stream.close()
        self._done()

    def _watch(self) -> None:
        self._timer = Timer(max(self._left(), 0), self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        if self._left() <= 0:
            self.close()
        elif not self._is_over:
            self._watch()

    def _left(self) -> float:
        return min(self._end, self._taken + self._idle) - time.monotonic()
