"""`newsfacts import`: many sheets, and the history of another store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.commands.running import Run, failed, succeeded
from tests.ingest.histories import paper

SHEETS: list[Any] = [paper(1), paper(2), "no sheet"]


def lines(*sheets: Any) -> bytes:
    return b"".join(json.dumps(sheet).encode() + b"\n" for sheet in sheets)


def test_an_import_ends_with_what_became_of_all_of_it(on_both: Run, tmp_path: Path) -> None:
    (tmp_path / "archive.ndjson.zst").write_bytes(zstandard.compress(lines(paper(1), paper(2))))
    told = succeeded(on_both("import", "archive.ndjson.zst"))
    assert told == (
        "archive.ndjson.zst: 2 sheets stored, 0 refused; articles: 2 created; actors: 3 created, 3 unchanged; "
        "facts: 3 created, 3 updated\n"
    )
    assert not (tmp_path / "archive.ndjson.zst.refused.ndjson").exists()
    again = succeeded(on_both("import", "archive.ndjson.zst"))
    assert again == (
        "archive.ndjson.zst: 2 lines had been imported before\narchive.ndjson.zst: 0 sheets stored, 0 refused\n"
    )
    assert "6 unchanged" in succeeded(on_both("import", "--again", "archive.ndjson.zst"))


def test_an_import_lets_all_others_go_first(on_both: Run, asked_niceness: list[int]) -> None:
    succeeded(on_both("import", "-", stdin=lines(paper(1))))
    assert asked_niceness == [19]


def test_refused_sheets_end_in_a_file_and_the_command_fails(on_both: Run, tmp_path: Path) -> None:
    (tmp_path / "archive.ndjson").write_bytes(lines(*SHEETS))
    done = on_both("import", "archive.ndjson", "--refused", "flawed.ndjson")
    assert failed(done) == "archive.ndjson: what was refused, and why, is in flawed.ndjson\n"
    assert "2 sheets stored, 1 refused" in done.stdout
    (refused,) = (json.loads(line) for line in (tmp_path / "flawed.ndjson").read_text().splitlines())
    assert (refused["line"], refused["sheet"]) == (3, "no sheet")


@pytest.mark.parametrize(
    "options, reviews", [([], "approved 0, pending 3"), (["--with-review"], "approved 1, pending 2")]
)
def test_reviews_count_only_if_that_was_asked_for(on_both: Run, options: list[str], reviews: str) -> None:
    sheet = paper(1)
    sheet["events"][0]["review"] = {"status": "approved", "by": "somebody"}
    succeeded(on_both("import", "-", *options, stdin=lines(sheet)))
    assert reviews in succeeded(on_both("stats"))


def test_a_file_that_is_not_there_or_no_file_is_told_in_one_line(on_both: Run, tmp_path: Path) -> None:
    assert failed(on_both("import", "nowhere.ndjson")) == "newsfacts: nowhere.ndjson: No such file or directory.\n"
    (tmp_path / "cut.gz").write_bytes(b"\x1f\x8b\x08")
    assert "cut.gz, after line 0: cannot be read on" in failed(on_both("import", "cut.gz"))


def test_another_file_that_begins_alike_is_not_gone_on_with(on_both: Run, tmp_path: Path) -> None:
    (tmp_path / "archive.ndjson").write_bytes(lines(paper(1), paper(2)))
    succeeded(on_both("import", "archive.ndjson"))
    (tmp_path / "archive.ndjson").write_bytes(lines(paper(1), paper(3)))
    assert "To import it from its first line, add --again." in failed(on_both("import", "archive.ndjson"))
