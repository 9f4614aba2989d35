"""Measures extraction: how much of what people found in articles it finds by itself, and how fast.

    python -m benchmarks.extraction                       # every row for which there are annotated data
    python -m benchmarks.extraction --only statements speed
    python -m benchmarks.extraction --publish             # and write schemas/accuracy.json, served with the vocabulary

Reads the annotated data of ../shared/gold (or of the folder that NEWSFACTS_GOLD names); rows without data are left out,
and said to be. Prints each figure beside its target and writes benchmarks/results/extraction.json.
"""

from __future__ import annotations

import argparse
import csv
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from api.extraction import extract, load
from benchmarks.gold import GOLD, accuracy, dates, names, quantities, seeds, sentences

RESULTS = Path(__file__).parent / "results" / "extraction.json"
PUBLISHED = Path(__file__).parents[1] / "schemas" / "accuracy.json"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and its target; `least` says whether more is better."""

    task: str
    measured: float
    target: float | None = None
    least: bool = True

    @property
    def verdict(self) -> str:
        """Say whether the target is met."""
        if self.target is None:
            return ""
        return "yes" if (self.measured >= self.target if self.least else self.measured <= self.target) else "NO"


def actors() -> Iterator[Row]:
    """Names of persons, organisations and places."""
    for corpus in names.FILES:
        found = names.measure(corpus)
        yield Row(f"names, {corpus}: extent and kind, F1", found.f1, 0.80)
        yield Row(f"names, {corpus}: extent, F1", found.f1_untyped)


def days() -> Iterator[Row]:
    """Dates of TempEval-3."""
    found = dates.measure()
    yield Row(f"dates: right value of those found ({found.right} of {found.read})", found.right / found.read, 0.90)
    yield Row(f"dates: right value of all ({found.right} of {found.annotated})", found.right / found.annotated, 0.80)


def amounts() -> Iterator[Row]:
    """Quantities of Guardian articles, by our own annotation."""
    found = quantities.measure()
    yield Row(f"quantities: precision ({found.both} of {found.found})", found.both / found.found, 0.95)
    yield Row(f"quantities: recall ({found.both} of {found.annotated})", found.both / found.annotated, 0.95)


def statements() -> Iterator[Row]:
    """Who said what, on the development part of PolNeAR."""
    found = sentences.statements()
    yield Row("statements: content and right source, F1", found["content and source F1"], 0.72)
    yield Row("statements: content, F1", found["content F1"])
    yield Row("statements: precision of content and source", found["content and source P"])
    yield Row("statements with a speech cue, recall", found["with cue and source"], 0.85)
    yield Row("spans that do not match", found["spans that do not match"], 0, least=False)


def events() -> Iterator[Row]:
    """Who did what to whom, on the PLOVER sentences."""
    found = sentences.events()
    yield Row("events: type", found["event type right"], 0.65)
    yield Row("events: who did it", found["source right"], 0.75)
    yield Row("events: to whom", found["target right"], 0.65)


def curated() -> Iterator[Row]:
    """The facts of the seeds' curated sheets."""
    targets = {"statements": 0.90, "events": 0.70, "proposals": 0.60}
    for found in seeds.measure():
        yield Row(f"seeds: {found.kind}, recall ({found.both} of {found.curated})", found.recall, targets[found.kind])
        yield Row(f"seeds: {found.kind}, precision ({found.both} of {found.drafted})", found.precision, 0.80)


def speed() -> Iterator[Row]:
    """Words a second of processor time, and the memory of the process, on the Guardian's articles."""
    with (GOLD / "news2022" / "guardian.csv").open(newline="", encoding="utf-8") as file:
        articles = [(each["articles"], each["published"]) for each in csv.DictReader(file)]
    wrong = facts = 0
    begun = time.process_time()
    for text, _ in articles:
        sheet = extract({"publisher": "unknown", "source": text})
        for fact in (*sheet["events"], *sheet["proposals"], *sheet["statements"]):
            facts += 1
            spans = [(each["start"], each["exact"]) for each in fact["evidence"]]
            wrong += sum(not sheet["article"]["text"].startswith(exact, start) for start, exact in spans)
    seconds = time.process_time() - begun
    words = sum(len(text.split()) for text, _ in articles)
    yield Row(f"speed, words per CPU second ({len(articles)} articles, {words:,} words)", words / seconds, 5_000)
    yield Row("memory of the process, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 700, least=False)
    yield Row(f"spans that do not match, of {facts:,} drafts", wrong, 0, least=False)


TASKS: dict[str, tuple[Callable[[], Iterator[Row]], Path | None]] = {
    "actors": (actors, GOLD / "ner"),
    "dates": (days, GOLD / "tempeval3"),
    "quantities": (amounts, GOLD / "news2022"),
    "statements": (statements, GOLD / "polnear"),
    "events": (events, GOLD / "plover"),
    "seeds": (curated, None),
    "speed": (speed, GOLD / "news2022"),
}


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS), help="which rows")
    parser.add_argument("--publish", action="store_true", help="write schemas/accuracy.json")
    asked = parser.parse_args()
    load()
    rows: list[Row] = []
    print(f"{'':64} measured  target  met")
    for name in asked.only:
        measure, data = TASKS[name]
        if data and not data.exists():
            print(f"{name}: left out, there are no annotated data at {data.name}/", file=sys.stderr)
            continue
        for row in measure():
            rows.append(row)
            target = "" if row.target is None else f"{row.target:g}"
            print(f"{row.task:64} {row.measured:8.6g} {target:>7}  {row.verdict}")
    report = {"python": platform.python_version(), "rows": [asdict(row) for row in rows]}
    _write(RESULTS, report)
    if asked.publish:
        _write(PUBLISHED, accuracy.measure())


def _write(path: Path, document: Any) -> None:
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    main()
