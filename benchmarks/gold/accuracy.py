"""Accuracy by code: how far each event type, and each way of attribution, can be trusted. Served with the vocabulary.

Matching is that of `score.py`, which comes with the annotated data; here it is told apart by code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.gold import seeds
from benchmarks.gold.sentences import plover_sheets, polnear_sheets, scorer

Accuracy = dict[str, Any]
Sheet = dict[str, Any]


def measure() -> dict[str, dict[str, Accuracy]]:
    """Give, by vocabulary and value, `precision`, `recall`, `cases` and `data`."""
    attributions, statements = _statements()
    kinds = {"statement": statements} | {
        found.kind.removesuffix("s"): _told(found.both, found.drafted, found.curated, "the two seed articles")
        for found in seeds.measure()
        if found.kind != "statements"
    }
    return {"fact_kinds": kinds, "event_types": _event_types(), "attributions": attributions}


def _told(both: int, drafted: int, annotated: int | None, data: str) -> Accuracy:
    """Tell precision and recall, each null where there is nothing to take it of."""
    return {
        "precision": round(both / drafted, 2) if drafted else None,
        "recall": round(both / annotated, 2) if annotated else None,
        "cases": drafted if annotated is None else annotated,
        "data": data,
    }


def _event_types() -> dict[str, Accuracy]:
    """Compare the type of the draft that fits a sentence's annotated event best."""
    score = scorer()
    pairs = [
        (score["RENAMED"].get(gold["event"], gold["event"]).lower(), _best(gold, sheet, score))
        for gold, sheet in plover_sheets()
    ]
    drafted, annotated = Counter(best for _, best in pairs if best), Counter(gold for gold, _ in pairs)
    both = Counter(gold for gold, best in pairs if gold == best)
    data = f"{len(pairs)} annotated PLOVER sentences"
    return {name: _told(both[name], drafted[name], annotated[name], data) for name in sorted(annotated)}


def _best(gold: dict[str, Any], sheet: Sheet, score: dict[str, Any]) -> str | None:
    trigger = score["words"](gold.get("eventText") or "")

    def overlap(event: Sheet) -> float:
        found = [score["words"](each["exact"]) for each in event["evidence"]]
        return max((len(words & trigger) / (len(words) or 1) for words in found), default=0)

    return max(sheet["events"], key=overlap)["type"] if sheet["events"] else None


def _statements() -> tuple[dict[str, Accuracy], Accuracy]:
    """Count the statements whose words and speaker are those annotated, by attribution and in all."""
    drafted: Counter[str] = Counter()
    both: Counter[str] = Counter()
    annotated = 0
    for gold, sheet in polnear_sheets():
        annotated += len(gold)
        drafted.update(each["attribution"] for each in sheet["statements"])
        both.update(_right(gold, sheet))
    data = "PolNeAR, development part"
    by_attribution = {name: _told(both[name], drafted[name], None, data) for name in sorted(drafted)}
    return by_attribution, _told(both.total(), drafted.total(), annotated, data)


def _right(gold: list[dict[str, Any]], sheet: Sheet) -> Iterator[str]:
    """Give the attribution of each statement that is right: words by dice, speaker by a word in common."""
    score, text = scorer(), sheet["article"]["source"]
    shift = sheet["article"].get("story_start") or 0
    left = [
        (
            score["positions"](
                [(each["start"] + shift, each["start"] + shift + len(each["exact"])) for each in fact["evidence"]], text
            ),
            score["words"](" ".join(part["named_as"] or "" for part in fact["actors"] if part["role"] == "speaker")),
            fact["attribution"],
        )
        for fact in sheet["statements"]
    ]
    for each in gold:
        content = score["positions"](each["Content"], text)
        source = score["words"](" ".join(text[start:end] for start, end in each["Source"]))
        fits = {
            at: 2 * len(words & content) / ((len(words) + len(content)) or 1) for at, (words, _, _) in enumerate(left)
        }
        at = max(fits, key=fits.__getitem__, default=None)
        if at is None or fits[at] < 0.5:
            continue
        _, speaker, attribution = left.pop(at)
        if source & speaker or not source | speaker:
            yield attribution
