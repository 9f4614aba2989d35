"""`newsfacts export`: to a file or to standard output, compressed or not, and gone on with after a kill."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import Result

from api.exports.streams import Stream
from api.store import wholes
from tests.commands.running import Run, failed, succeeded
from tests.exports.reading import cells, lines


@pytest.fixture
def seeded(run: Run) -> Run:
    succeeded(run("upgrade"))
    succeeded(run("seed"))
    return run


def test_an_export_goes_to_standard_output(on_both: Run) -> None:
    succeeded(on_both("seed"))
    assert len(lines(succeeded(on_both("export", "facts")).encode())) == 80
    found = cells(
        on_both("export", "events", "--format", "csv", "--query", "actor=russia&modality=possible").stdout_bytes
    )
    assert [row["id"] for row in found] == ["possible-russian-invasion-of-ukraine", "possible-invasion-from-belarus"]
    assert len(lines(on_both("export", "changes").stdout_bytes)) > 100


@pytest.mark.parametrize(
    "name, opened", [("x.csv.gz", gzip.decompress), ("x.csv.zst", zstandard.decompress), ("x.csv", bytes)]
)
def test_a_file_is_what_its_name_says(seeded: Run, name: str, opened: Any) -> None:
    told = succeeded(seeded("export", "facts", "--output", name))
    assert told == f"{name}: 80 facts, {Path(name).stat().st_size:,} bytes\n"
    plain = opened(Path(name).read_bytes()) if "zst" not in name else _unpacked(Path(name))
    assert plain == seeded("export", "facts", "--format", "csv").stdout_bytes
    assert [each.name for each in Path().iterdir() if "part" in each.name] == []


def _unpacked(path: Path) -> bytes:
    with path.open("rb") as file:
        return bytes(zstandard.ZstdDecompressor().stream_reader(file).read())


def test_a_file_that_is_there_is_not_replaced_unasked(seeded: Run) -> None:
    Path("x.csv").write_text("mine")
    assert "--force" in failed(seeded("export", "facts", "--output", "x.csv"))
    assert Path("x.csv").read_text() == "mine"
    succeeded(seeded("export", "facts", "--output", "x.csv", "--force"))
    assert len(cells(Path("x.csv").read_bytes())) == 80


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["facts", "--query", "actr=x"], "Did you mean 'actor'?"),
        (["facts", "--query", "limit=5"], "limit: Unknown parameter"),
        (["facts", "--query", "q=%22"], "q: "),
        (["facts", "--query", "q=talks&sort=updated"], "sort: "),
        (["facts", "--format", "plover"], "not as plover"),
        (["changes", "--output", "x.csv"], "not as csv"),
        (["facts", "--after", "nobody"], "There is no 'nobody'"),
        (["changes", "--after", "nobody"], "resource, id and version"),
        (["facts", "--resume"], "--output"),
        (["facts", "--output", "no/such/folder.csv"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(seeded: Run, arguments: list[str], says: str) -> None:
    told = failed(seeded("export", *arguments))
    assert says in told
    assert len(told.splitlines()) == 1


def test_without_a_store_there_is_nothing_to_export(run: Run) -> None:
    assert "newsfacts upgrade" in failed(run("export", "facts"))
    assert not Path("newsfacts.db").exists()


def killed(run: Run, monkeypatch: pytest.MonkeyPatch, chunks: int, *arguments: str) -> Result:
    """Run an export that is stopped after some chunks."""
    left = chunks
    plain = Stream.__next__

    def stop(stream: Stream) -> bytes:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(5, "stopped")
        return plain(stream)

    with monkeypatch.context() as patched:
        patched.setattr(Stream, "__next__", stop)
        return run("export", *arguments)


@pytest.mark.parametrize(
    "resource, name",
    [
        ("facts", "x.ndjson"),
        ("facts", "x.csv"),
        ("facts", "x.jsonld.gz"),
        ("events", "x.tsv.zst"),
        ("changes", "x.ndjson.zst"),
    ],
)
def test_what_a_killed_export_left_is_gone_on_with(
    seeded: Run, monkeypatch: pytest.MonkeyPatch, resource: str, name: str
) -> None:
    monkeypatch.setattr(wholes, "PAGE", 7)
    monkeypatch.setattr(wholes, "CHANGES", 7)
    succeeded(seeded("export", resource, "--output", name))
    path = Path(name)
    whole = path.read_bytes()
    path.unlink()
    for chunks in (0, 1, 3):
        failed(killed(seeded, monkeypatch, chunks, resource, "--output", name))
        assert not path.exists(), "what is there is whole"
        (part,) = Path().glob(f"{name}.*.part")
        part.write_bytes(part.read_bytes()[:-20])  # a machine that died may have lost the last of it
        told = succeeded(seeded("export", resource, "--output", name, "--resume"))
        assert path.read_bytes() == whole
        assert told.startswith(f"{name}: ")
        path.unlink()


def test_a_part_of_another_moment_is_not_gone_on_with(
    seeded: Run, monkeypatch: pytest.MonkeyPatch, written: Any, sheet: Any
) -> None:
    monkeypatch.setattr(wholes, "PAGE", 7)
    failed(killed(seeded, monkeypatch, 3, "facts", "--output", "x.ndjson"))
    succeeded(seeded("ingest", written(sheet)))
    told = seeded("export", "facts", "--output", "x.ndjson", "--resume")
    assert "nothing to go on with" in told.stderr
    assert len(lines(Path("x.ndjson").read_bytes())) == 81


def test_a_parquet_file_is_begun_anew(seeded: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed: pip install newsfacts[parquet]")
    failed(killed(seeded, monkeypatch, 0, "facts", "--output", "x.parquet"))
    told = seeded("export", "facts", "--output", "x.parquet", "--resume")
    assert "nothing to go on with" in told.stderr
    assert parquet.read_table("x.parquet").num_rows == 80
