"""`newsfacts extract`: files of articles in, one fact sheet a line out; and a pipe into `newsfacts ingest -`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.extraction import model
from api.store.opening import Store
from tests.commands.running import Run, failed, succeeded
from tests.store.contents import rows

ARTICLE = (
    "Norway’s foreign minister, Kari Dahl, said on Tuesday that her country would send 40 trucks to Sweden.\n\n"
    "“We keep our word,” she said."
)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "Trucks for Sweden (1).txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def sheets(told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines()]


def test_each_file_becomes_a_sheet_of_its_own_line(run: Run, article: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Sweden said it was glad.", encoding="utf-8")
    first, second = sheets(
        succeeded(run("extract", article, other, "--published", "2022-02-02", "--publisher", "The Test"))
    )
    assert first["article"]["id"] == "trucks-for-sweden-1"
    assert second["article"]["id"] == "other"
    assert first["article"]["publisher"] == "The Test"
    assert first["article"]["published_at"] == {"edtf": "2022-02-02"}
    assert {each["text"] for each in [fact["date"] for fact in first["statements"]] if each} <= {
        "Tuesday",
        "on Tuesday",
    }
    for sheet in (first, second):
        assert sheet["statements"]
        for fact in (*sheet["statements"], *sheet["events"], *sheet["proposals"]):
            assert fact["review"]["status"] == "pending"
            assert fact["review"]["generator"]["name"] == "newsfacts"
            assert 0 <= fact["review"]["confidence"] <= 1
            for each in fact["evidence"]:
                assert sheet["article"]["text"][each["start"] :].startswith(each["exact"])


def test_what_is_extracted_is_stored_by_ingest(on_both: Run, store: Store, article: Path) -> None:
    drafted = succeeded(on_both("extract", article, "--published", "2022-02-02"))
    line = drafted.encode()
    told = succeeded(on_both("ingest", "-", stdin=line))
    count = sum(len(sheets(drafted)[0][kind]) for kind in ("events", "proposals", "statements"))
    assert told.startswith("line 1: article created, ")
    assert len(rows(store, "facts", "id")) == count
    assert "created" not in succeeded(on_both("ingest", "-", stdin=line))


def test_what_cannot_be_read_is_reported_and_the_others_go_on(run: Run, article: Path, tmp_path: Path) -> None:
    empty, binary, page = (tmp_path / name for name in ("empty.txt", "binary.txt", "page.txt"))
    empty.write_bytes(b"")
    binary.write_bytes(b"\x89PNG\r\n\xff\x00")
    page.write_text("Subscribe to our newsletter", encoding="utf-8")
    done = run("extract", empty, binary, page, tmp_path / "absent.txt", article)
    assert [sheet["article"]["id"] for sheet in sheets(done.stdout)] == ["trucks-for-sweden-1"]
    told = failed(done)
    for name, reason in (
        ("empty.txt", "empty"),
        ("binary.txt", "not text in UTF-8"),
        ("page.txt", "no story"),
        ("absent.txt", "cannot be read: No such file or directory"),
    ):
        assert any(name in line and reason in line for line in told.splitlines()), (name, told)


def test_an_article_comes_through_a_pipe_too(run: Run) -> None:
    (sheet,) = sheets(succeeded(run("extract", "-", stdin=ARTICLE.encode())))
    assert sheet["article"]["id"] is None
    assert sheet["article"]["text"] == ARTICLE


def test_lines_that_are_no_sheets_are_told_by_their_number(on_both: Run, store: Store) -> None:
    good = json.dumps({"article": {"id": "a", "publisher": "The Test", "text": "Nothing happened."}})
    told = failed(on_both("ingest", "-", stdin=f"{good}\n\n{{\n[]\n".encode()))
    assert "line 3: refused" in told
    assert "line 4: refused" in told
    assert [id_ for (id_,) in rows(store, "articles", "id")] == ["a"]


def test_without_its_pipeline_it_says_what_to_install(run: Run, article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "is_installed", lambda _: False)
    monkeypatch.setattr(model, "_loaded", {})
    assert "pip install 'newsfacts[extract]'" in failed(run("extract", article))


def test_another_pipeline_can_be_named(run: Run, article: Path) -> None:
    said = failed(run("extract", article, NEWSFACTS_SPACY_MODEL="no_such_pipeline"))
    assert "no_such_pipeline" in said


def test_a_pipeline_that_was_altered_is_refused(
    run: Run, article: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    digests = tmp_path / "model.sha256"
    digests.write_text(model._DIGESTS.read_text().replace("2a93a13a", "00000000"))
    monkeypatch.setattr(model, "_DIGESTS", digests)
    monkeypatch.setattr(model, "_loaded", {})
    assert "senter/model of the pipeline" in failed(run("extract", article))


def test_the_server_never_loads_the_pipeline() -> None:
    script = "import sys, api.server, api.views.jobs; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_page_tells_of_its_article(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    paragraphs = "".join(f"<p>{each}</p>" for each in ARTICLE.split("\n\n"))
    head = '<title>Trucks</title><meta property="og:site_name" content="The Page">'
    page.write_text(f"<html><head>{head}</head><body><article>{paragraphs}</article></body></html>", encoding="utf-8")
    (sheet,) = sheets(succeeded(run("extract", page)))
    assert sheet["article"]["publisher"] == "The Page"
    assert sheet["article"]["text"].splitlines() == ARTICLE.split("\n\n")
    (sheet,) = sheets(succeeded(run("extract", page, "--publisher", "Another")))
    assert sheet["article"]["publisher"] == "Another"


def test_a_language_model_that_fails_is_told_and_the_draft_remains(run: Run, article: Path) -> None:
    done = run("extract", article, NEWSFACTS_LLM_URL="http://127.0.0.1:9/v1", NEWSFACTS_LLM_MODEL="tiny")
    assert done.exit_code == 0
    assert sheets(done.stdout)[0]["statements"]
    assert "the language model was no help" in done.stderr
