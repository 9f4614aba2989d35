"""Statements of PolNeAR and events of the PLOVER sentences, scored by the `score.py` that comes with the data."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from api.extraction import extract
from benchmarks.gold import GOLD

Sheet = dict[str, Any]
Attribution = dict[str, Any]

_PLOVER = GOLD / "plover" / "sentences.json"
_FIGURE = re.compile(
    r"(?P<name>[a-z][\w ]*?):?\s+(?:(?=P )P (?P<p>[\d.]+) R (?P<r>[\d.]+) F1 (?P<f1>[\d.]+)|R? ?(?P<one>\d[\d.]*))"
)


def statements(part: str = "dev") -> dict[str, float]:
    """Measure who said what on a part of PolNeAR: figures by their names, such as `content and source F1`."""
    return _score("polnear", GOLD / "polnear" / part, (sheet for _, sheet in polnear_sheets(part)))


def events() -> dict[str, float]:
    """Measure type, source and target of events on the PLOVER sentences, as statements() does."""
    return _score("plover", _PLOVER, (sheet for _, sheet in plover_sheets()))


@cache
def scorer() -> dict[str, Any]:
    """Load the functions of `score.py`."""
    return runpy.run_path(str(GOLD / "score.py"))


@cache
def polnear_sheets(part: str = "dev") -> list[tuple[list[Attribution], Sheet]]:
    """Extract the articles of a part of PolNeAR; gives what is annotated in each, and its sheet."""
    folder = GOLD / "polnear" / part
    read = scorer()["read_ann"]
    found = []
    for path in sorted(folder.glob("text/*.txt")):
        annotations = sorted((folder / "attributions").glob(path.stem + "_*.ann"))
        sheet = extract({"id": _slug(path.stem), "publisher": "unknown", "source": path.read_bytes().decode()})
        found.append((list(read(annotations[0])) if annotations else [], sheet))
    return found


@cache
def plover_sheets() -> list[tuple[dict[str, Any], Sheet]]:
    """Extract the PLOVER sentences; gives what is annotated of each, and its sheet."""
    sentences = [
        each for each in orjson.loads(_PLOVER.read_bytes()) if each.get("text") and each["event"] != "DOCUMENT"
    ]
    return [
        (
            each,
            extract(
                {
                    "id": _slug(each["id"]),
                    "publisher": "unknown",
                    "published_at": _date(each.get("date")),
                    "text": each["text"],
                }
            ),
        )
        for each in sentences
    ]


def _date(day: str | None) -> dict[str, str] | None:
    return {"edtf": day} if day else None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _score(task: str, gold: Path, sheets: Iterable[Sheet]) -> dict[str, float]:
    with tempfile.NamedTemporaryFile(suffix=".ndjson") as file:
        for sheet in sheets:
            file.write(orjson.dumps(sheet, option=orjson.OPT_APPEND_NEWLINE))
        file.flush()
        command = [sys.executable, str(GOLD / "score.py"), task, str(gold), file.name]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(_figures(told))


def _figures(told: str) -> Iterator[tuple[str, float]]:
    for part in re.split(r"[;,\n]", told):
        if found := _FIGURE.search(part.strip()):
            if found["f1"]:
                yield from ((f"{found['name']} {name}", float(found[name.lower()])) for name in ("P", "R", "F1"))
            else:
                yield found["name"], float(found["one"])
