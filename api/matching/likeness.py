"""Likeness: how likely two facts are one, told twice, or speak against each other; with the reasons.

A wrong join is worse than a missed one: whatever tells two facts apart leaves the decision to a person, however much
they have in common. A limit was measured on made-up pairs; see tests/matching/pairs.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from api.matching.wording import Wording, common, read_wording, share
from api.store import tables
from api.store.entries import days
from api.store.labels import name_key
from schemas.suggestion import SuggestionKind
from schemas.vocabulary import FactKind, Modality, Role, Stance

Document = Mapping[str, Any]

#: From here on a draft joins a pending fact, unless something tells them apart; and from here on a person is asked.
JOIN, SUGGEST = 0.85, 0.65
#: What each thing in common counts. Statements are what was said, and by whom.
_POINTS = {"code": 0.2, "actors": 0.3, "date": 0.2, "wording": 0.3}
_POINTS_OF_STATEMENT = {"code": 0.0, "actors": 0.3, "date": 0.1, "wording": 0.6}
#: What each thing that tells them apart takes off.
_DOUBT = 0.1
#: How alike the words must be for one to be the denial of the other, and for any likeness at all.
_DENIED_WORDING, _LEAST_WORDING = 0.4, 0.1
#: Fewer words that tell something are not enough to know a statement by.
_FEWEST_WORDS = 3
#: What a date counts for that only one fact has, or none: it speaks neither for nor against.
_UNDATED = 0.5
#: Who is only spoken of, or whose word it is, does not take part.
_ASIDE = frozenset({Role.MENTIONED.value, Role.ATTRIBUTED_TO.value})
_REAL = frozenset({Modality.ACTUAL.value, Modality.ONGOING.value})
_FOR_EVER = 2**31 - 1


@dataclass(frozen=True)
class Telling:
    """A fact as it is compared. A part is who took it, by id or else by name, and the role."""

    kind: str
    code: str
    real: str
    parts: frozenset[tuple[str, str]]
    actors: frozenset[str]
    first_day: int | None
    last_day: int
    places: frozenset[str]
    quantities: Mapping[str, frozenset[float]]
    wordings: tuple[Wording, ...]
    denies: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two facts are likely to each other, how sure that is, and why; `certain` needs nobody to decide."""

    kind: SuggestionKind
    score: float
    reasons: tuple[str, ...]
    certain: bool


@dataclass(slots=True)
class _Weighing:
    """Collects what speaks for two facts being one, and what against it."""

    score: float = 0.0
    reasons: list[str] = field(default_factory=list)
    sure: bool = True

    def add(self, points: float, reason: str, *, sure: bool = True) -> None:
        """Count something in common; not `sure` when there is more than that to know."""
        self.score += points
        self.sure = self.sure and sure
        if reason:
            self.reasons.append(reason)

    def doubt(self, reason: str) -> None:
        """Count something that tells them apart."""
        self.score -= _DOUBT
        self.sure = False
        self.reasons.append(reason)


def tell(fact: Document, current: Mapping[str, str]) -> Telling:
    """Prepare a fact for comparing, one that is stored or a draft; `current` maps former ids of actors to today's."""
    is_statement = fact["kind"] == FactKind.STATEMENT.value
    named = [part["named_as"] for part in fact["actors"] if part["named_as"] and not is_statement]
    wordings = [read_wording(each, named) for each in _passages(fact["evidence"], whole=is_statement)]
    taking_part = [part for part in fact["actors"] if part["role"] not in _ASIDE]
    if is_statement:
        taking_part = [part for part in taking_part if part["role"] == Role.SPEAKER.value]
    first, last = days(fact["date"])
    quantities: dict[str, set[float]] = {}
    for each in fact["quantities"]:
        quantities.setdefault(name_key(each["unit"]), set()).add(each["value"])
    real = str(fact.get("modality") or fact.get("status") or fact.get("stance"))
    return Telling(
        kind=fact["kind"],
        code=str(fact.get("type") or fact.get("category") or ""),
        real=real,
        parts=frozenset((_who(part, current), part["role"]) for part in taking_part),
        actors=frozenset(current.get(part["actor"], part["actor"]) for part in fact["actors"] if part["actor"]),
        first_day=None if first == tables.UNDATED else first,
        last_day=_FOR_EVER if last is None else last,
        places=frozenset(name_key(place["name"]) for place in fact["places"]),
        quantities={unit: frozenset(values) for unit, values in quantities.items()},
        wordings=tuple(wordings),
        denies=real in (Modality.DENIED.value, Stance.DENY.value),
    )


def compare(new: Telling, known: Telling) -> Likeness | None:
    """Compare a draft with a fact; None when there is too little in common to ask anybody."""
    if new.kind != known.kind or not new.actors & known.actors:
        return None
    wording, one, other = common(new.wordings, known.wordings)
    if wording < _LEAST_WORDING or (dates := _compare_dates(new, known)) is None:
        return None
    denied = (new.denies or one.negated) != (known.denies or other.negated)
    is_statement = new.kind == FactKind.STATEMENT.value
    points = _POINTS_OF_STATEMENT if is_statement else _POINTS
    weighing = _Weighing()
    weighing.add(points["date"] * dates[0], dates[1], sure=dates[2] or new.kind != FactKind.EVENT.value)
    weighing.add(points["wording"] * wording, f"wording {wording:.2f}")
    if denied and wording >= _DENIED_WORDING and (is_statement or new.code == known.code):
        weighing.add(points["code"] + points["actors"], "one denies it", sure=False)
        return _judge(SuggestionKind.CONTRADICTS, weighing)
    if not _weigh_actors(new, known, points["actors"], weighing):
        return None
    if new.code:
        alike = new.code == known.code
        weighing.add(points["code"] * alike, "same type" if alike else "other type", sure=alike)
    for doubt in [*_doubts(new, known), *one.tells_apart(other), *(["one is denied"] if denied else ())]:
        weighing.doubt(doubt)
    if not one.tells_the_same(other) or (is_statement and min(len(one.words), len(other.words)) < _FEWEST_WORDS):
        weighing.sure = False
    if not is_statement and _counts_otherwise(new, known):
        weighing.add(0, "other quantity", sure=False)
        return _judge(SuggestionKind.DIFFERS_IN_SCOPE, weighing)
    return _judge(SuggestionKind.SAME_FACT, weighing)


def _passages(evidence: list[Document], *, whole: bool) -> Iterator[str]:
    """List what is quoted, or the whole of what each article quotes."""
    if not whole:
        yield from (span["exact"] for span in evidence)
        return
    for _, spans in groupby(evidence, key=lambda span: span.get("article")):
        yield " ".join(span["exact"] for span in spans)


def _who(part: Document, current: Mapping[str, str]) -> str:
    # No id has a tilde.
    return current.get(part["actor"], part["actor"]) if part["actor"] else f"~{name_key(part['named_as'] or '')}"


def _compare_dates(new: Telling, known: Telling) -> tuple[float, str, bool] | None:
    """Give how much two dates agree, from 0 to 1, the reason, and whether they are the same; None for others."""
    if new.first_day is None or known.first_day is None:
        return _UNDATED, "", False
    if (new.first_day, new.last_day) == (known.first_day, known.last_day):
        return 1.0, "same date", True
    gap = max(new.first_day, known.first_day) - min(new.last_day, known.last_day)
    if gap <= 0:
        return 0.7, "dates overlap", False
    return (0.25, "dates a day apart", False) if gap == 1 else None


def _weigh_actors(new: Telling, known: Telling, points: float, weighing: _Weighing) -> bool:
    """Weigh who took which part in each; False when nobody took part in both."""
    who, who_else = ({who for who, _ in each.parts} for each in (new, known))
    if not who & who_else:
        return False
    if who - who_else and who_else - who:
        weighing.doubt("other actors")
    alike = (share(new.parts, known.parts) + share(who, who_else)) / 2
    same = new.parts == known.parts
    # Where nobody of them can be told, they may be anybody.
    weighing.add(points * alike, "same actors" if same else "shared actors", sure=same and bool(who & new.actors))
    return True


def _doubts(new: Telling, known: Telling) -> Iterator[str]:
    if new.real != known.real and not {new.real, known.real} <= _REAL:
        yield f"{new.real} and {known.real}"
    if new.places and known.places and not new.places & known.places:
        yield "other places"
    if new.kind == FactKind.STATEMENT.value and _counts_otherwise(new, known):
        yield "other quantity"


def _counts_otherwise(new: Telling, known: Telling) -> bool:
    units = new.quantities.keys() & known.quantities.keys()
    return any(new.quantities[unit] != known.quantities[unit] for unit in units)


def _judge(kind: SuggestionKind, weighing: _Weighing) -> Likeness | None:
    score = round(min(max(weighing.score, 0.0), 1.0), 2)
    if score < SUGGEST:
        return None
    return Likeness(kind, score, tuple(weighing.reasons), weighing.sure and score >= JOIN)
