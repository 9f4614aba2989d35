"""Besides the fixtures of all tests, the quicker `store` of tests/ingest, and the command:

- `run` runs it in an empty folder, without any setting but those given.
- `on_both` runs it on `store`, an empty store on either database.
- `written` writes a file to give to it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.commands import main
from api.store.opening import Store
from tests.commands.running import Run
from tests.ingest.conftest import emptied_store, store

__all__ = ["emptied_store", "store"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in an empty folder, without any setting but those given."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("NEWSFACTS_")]:
        monkeypatch.delenv(name)

    def invoke(*arguments: str | Path, stdin: bytes = b"", **settings: str) -> Result:
        done = CliRunner().invoke(main, [str(each) for each in arguments], input=stdin, env=settings)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception  # a traceback is no error message
        return done

    return invoke


@pytest.fixture
def on_both(store: Store, run: Run) -> Run:
    """Runs the command on an empty store, on SQLite and on PostgreSQL in turn."""
    url = store.writers.url.render_as_string(hide_password=False)
    return partial(run, NEWSFACTS_DATABASE_URL=url)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file, JSON unless it is text."""

    def write(content: Any, name: str = "sheet.json") -> Path:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write
