"""An import in a process of its own, which may be killed."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from api.imports.importing import Terms, import_input
from api.imports.inputs import open_input
from api.store.opening import open_store

#: The time at which all that is imported here is stored.
NOW = datetime(2022, 3, 1, tzinfo=UTC)


def start_import(url: str, path: Path, batch: int) -> BaseProcess:
    """Start to import a file. The processes come from one that has loaded everything, so they begin at once."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_import, args=(url, path, batch))
    process.start()
    return process


def refusals_of(path: Path) -> Path:
    return path.with_suffix(".refused")


def _import(url: str, path: Path, batch: int) -> None:
    with closing(open_store(url)) as store:
        store.expect_bulk()
        terms = Terms(batch=batch, clock=lambda: NOW)
        import_input(store, open_input(str(path)), refusals_of(path), terms, lambda *_: None)
