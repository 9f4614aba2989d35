"""Made-up pairs of facts: the same one told by two papers, and others that only look like it.

Each story is told three times: by the agency, by a paper that prints the agency's words a little changed, and by one
that uses its own. `python -m tests.matching.pairs` prints how many of each kind of pair are joined, suggested or let
pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from api.matching.likeness import Likeness, compare, tell

Document = dict[str, Any]

WHO, WHOM, PLACE = ("Alba", "Borduria", "Celtia", "Dorne"), ("Elbonia", "Florin", "Guilder", "Havnor"), ("Aber", "Brod")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
NUMBERS = ("12", "40")


class Story(NamedTuple):
    """A type, the roles of {who} and {whom}, what is counted, and the words of the agency and of two papers."""

    type: str
    roles: tuple[str, str]
    unit: str
    agency: str
    reprint: str
    own: str
    thing: tuple[str, str] = ("", "")


STORIES = (
    Story(
        *("assault", ("actor", "recipient"), "soldiers"),
        agency="{who} shelled a base of {whom} near {place} on {day}, killing {n} soldiers",
        reprint="{who} on {day} shelled a base of {whom} near {place} and killed {n} soldiers",
        own="Artillery fire by {who} left {n} soldiers of {whom} dead at a base outside {place} on {day}",
    ),
    Story(
        *("consult", ("participant", "participant"), "hours"),
        agency="{who} and {whom} held talks about the border in {place} on {day} that lasted {n} hours",
        reprint="On {day}, {who} and {whom} held talks in {place} about the border, which lasted {n} hours",
        own="{who} met {whom} in {place} on {day} and spent {n} hours on the border question",
    ),
    Story(
        *("aid", ("actor", "recipient"), "helicopters"),
        agency="{who} delivered {n} helicopters to {whom} at the airport of {place} on {day}",
        reprint="{who} delivered {n} military helicopters to {whom} on {day} at the airport of {place}",
        own="A shipment of {n} helicopters from {who} reached {whom} at the {place} airfield on {day}",
    ),
    Story(
        *("sanction", ("actor", "recipient"), "diplomats"),
        agency="{who} expelled {n} diplomats of {whom} from {place} on {day} for spying",
        reprint="{who} on {day} expelled {n} diplomats of {whom} from {place}, for spying",
        own="{n} of the diplomats that {whom} has in {place} were told by {who} to leave on {day}",
    ),
    Story(
        *("mobilize", ("actor", "recipient"), "tanks"),
        agency="{who} moved {n} tanks to {place}, close to the border with {whom}, on {day}",
        reprint="On {day} {who} moved {n} tanks to {place}, close to its border with {whom}",
        own="{n} tanks of {who} rolled into {place} on {day}, within sight of {whom}",
    ),
    Story(
        *("request", ("actor", "recipient"), "prisoners"),
        agency="{who} demanded on {day} that {whom} release {n} prisoners held in {place}",
        reprint="{who} demanded that {whom} release the {n} prisoners held in {place}, on {day}",
        own="{whom} must let {n} prisoners go from its jail in {place}, {who} insisted on {day}",
    ),
    Story(
        *("reject", ("actor", "recipient"), "billion"),
        agency="{who} rejected on {day} a plan by {whom} to lend {n} billion for the port of {place}",
        reprint="{who} on {day} rejected the plan by {whom} to lend {n} billion for the port at {place}",
        own="A loan of {n} billion for {place}'s harbour, offered by {whom}, was turned down by {who} on {day}",
    ),
    Story(
        *("accuse", ("actor", "recipient"), "ships"),
        agency="{who} accused {whom} on {day} of jamming the radios of {n} ships off {place}",
        reprint="On {day}, {who} accused {whom} of jamming radios of {n} ships off {place}",
        own="{whom} had disturbed the signals of {n} vessels near {place}, {who} complained on {day}",
    ),
    Story(
        *("coerce", ("actor", "recipient"), "fishermen"),
        agency="{who} arrested {n} fishermen from {whom} in the waters off {place} on {day}",
        reprint="{who} on {day} arrested {n} fishermen from {whom} in waters off {place}",
        own="{n} crew members from {whom} were taken into custody by {who} near {place} on {day}",
    ),
    Story(
        *("agree", ("actor", "actor"), "megawatts"),
        agency="{who} and {whom} agreed on {day} to build a power line of {n} megawatts through {place}",
        reprint="{who} and {whom} on {day} agreed to build a line of {n} megawatts through {place}",
        own="A cable for {n} megawatts is to cross {place}, {who} and {whom} settled on {day}",
    ),
    Story(
        *("cooperate", ("actor", "actor"), "troops"),
        agency="{who} and {whom} began a joint exercise with {n} troops near {place} on {day}",
        reprint="A joint exercise of {who} and {whom} with {n} troops began near {place} on {day}",
        own="{n} troops of {who} and {whom} train together around {place} since {day}",
    ),
    Story(
        *("retreat", ("actor", "recipient"), "villages"),
        agency="{who} withdrew its forces from {n} villages of {whom} around {place} on {day}",
        reprint="On {day} {who} withdrew forces from {n} villages of {whom} around {place}",
        own="{n} villages near {place} are back in the hands of {whom} after {who} pulled out on {day}",
    ),
    # Shorter ones, without a number or a name to know them by.
    Story(
        *("assault", ("actor", "recipient"), ""),
        agency="{who} shelled a {thing} of {whom} on {day}",
        reprint="On {day}, {who} shelled a {thing} of {whom}",
        own="A {thing} in {whom} was hit by shells from {who} on {day}",
        thing=("school", "hospital"),
    ),
    Story(
        *("accuse", ("actor", "recipient"), ""),
        agency="{who} accused {whom} of {thing} before the high court on {day}",
        reprint="{who} on {day} accused {whom} of {thing} before the high court",
        own="A complaint of {thing} against {whom} was brought to the high court by {who} on {day}",
        thing=("fraud", "espionage"),
    ),
    Story(
        *("aid", ("actor", "recipient"), ""),
        agency="{who} sent a train with {thing} and medicine to {whom} on {day}",
        reprint="{who} sent {whom} a train with medicine and {thing} on {day}",
        own="{thing} and medicine reached {whom} by train from {who} on {day}",
        thing=("blankets", "generators"),
    ),
    Story(
        *("agree", ("actor", "actor"), ""),
        agency="{who} and {whom} signed a treaty on {thing} rights on {day}",
        reprint="A treaty on {thing} rights was signed by {who} and {whom} on {day}",
        own="{who} and {whom} put an end to the quarrel over {thing} on {day} and signed",
        thing=("fishing", "grazing"),
    ),
    Story(
        *("sanction", ("actor", "recipient"), ""),
        agency="{who} banned imports of {thing} from {whom} on {day}",
        reprint="{who} on {day} banned {thing} imports from {whom}",
        own="No more {thing} from {whom} may enter {who}, it was decided on {day}",
        thing=("wine", "steel"),
    ),
)


@dataclass(frozen=True)
class Telling:
    """How a story is told: its slots, and what of it was recorded besides the words."""

    story: Story
    words: str
    who: int = 0
    whom: int = 0
    place: int = 0
    day: int = 2
    number: int = 0
    thing: int = 0
    modality: str = "actual"
    dated: bool = True
    recorded: bool = True

    def fact(self) -> Document:
        """Write the fact as a program would draft it."""
        who, whom, place, number = WHO[self.who], WHOM[self.whom], PLACE[self.place], NUMBERS[self.number]
        slots = {"who": who, "whom": whom, "place": place, "day": DAYS[self.day], "n": number}
        slots["thing"] = self.story.thing[self.thing]
        day = f"2030-01-{7 + self.day:02}"
        date = {"edtf": day, "earliest": day, "latest": day, "text": DAYS[self.day]}
        parts = zip((who, whom), self.story.roles, strict=True)
        return {
            "kind": "event",
            "type": self.story.type,
            "modality": self.modality,
            "actors": [{"actor": name.lower(), "role": role, "named_as": name} for name, role in parts],
            "date": date if self.dated else None,
            "places": [{"name": place}] if self.recorded and self.story.unit else [],
            "quantities": [{"value": float(number), "unit": self.story.unit}]
            if self.recorded and self.story.unit
            else [],
            "evidence": [{"article": "paper", "exact": self.words.format(**slots)}],
        }


@dataclass(frozen=True)
class Pair:
    """Two tellings, what makes them different if anything does, and how the second one is worded."""

    difference: str
    wording: str
    one: Telling
    other: Telling
    likeness: Likeness | None = field(init=False)

    def __post_init__(self) -> None:
        """Compare the two."""
        object.__setattr__(self, "likeness", compare(tell(self.one.fact(), {}), tell(self.other.fact(), {})))

    @property
    def verdict(self) -> str:
        """What would become of the second one: joined, or what is suggested, or nothing."""
        if self.likeness is None:
            return "nothing"
        return "joined" if self.likeness.certain else self.likeness.kind.value


#: What differs, and how.
DIFFERENCES: dict[str, dict[str, Any]] = {
    "same": {},
    "other day": {"day": 4},
    "next day": {"day": 3},
    "other actor": {"who": 1},
    "other side": {"whom": 1},
    "other place": {"place": 1},
    "other number": {"number": 1},
    "other thing": {"thing": 1},
    "denied": {"modality": "denied"},
    "planned": {"modality": "planned"},
}


def pairs() -> Iterator[Pair]:
    """Make all pairs: with places and quantities recorded or only in the words, with dates or without."""
    for story in STORIES:
        for recorded in (True, False):
            for dated in (True, False):
                agency = Telling(story, story.agency, recorded=recorded, dated=dated)
                for wording in ("reprint", "own"):
                    again = replace(agency, words=getattr(story, wording))
                    for difference, change in DIFFERENCES.items():
                        if _applies(story, difference, dated):
                            name = difference if dated or difference != "same" else "same, undated"
                            yield Pair(name, wording, agency, replace(again, **change))
                # The same two meet on the same day in some other way.
                for another in STORIES:
                    if another is not story:
                        yield Pair("other story", "own", agency, replace(agency, story=another, words=another.agency))


def _applies(story: Story, difference: str, dated: bool) -> bool:
    if difference.endswith("day"):
        return dated
    if difference == "other thing":
        return bool(story.thing[0])
    return bool(story.unit) or difference not in ("other place", "other number")


if __name__ == "__main__":
    counted: dict[tuple[str, str], Counter[str]] = {}
    for pair in pairs():
        counted.setdefault((pair.difference, pair.wording), Counter())[pair.verdict] += 1
    for (difference, wording), verdicts in sorted(counted.items()):
        print(f"{difference:15} {wording:8}", dict(verdicts.most_common()))
    joined = Counter(pair.difference for pair in pairs() if pair.verdict == "joined")
    print("joined", dict(joined))
