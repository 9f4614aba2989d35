"""Coreference: whom "he", "she", "it" and "they" mean, where the text leaves no doubt; nobody where it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from api.extraction.lexicons import rows, word_lists
from api.extraction.story import How, Mention, Passage, SegmentKind, Story

if TYPE_CHECKING:
    from spacy.tokens import Token

#: What a pronoun asks for: the sex of a person, "it" for a country or a body, "they" for several or a body.
_PRONOUNS = {
    **dict.fromkeys(("he", "him", "his", "himself"), "m"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "f"),
    **dict.fromkeys(("it", "its"), "it"),
    **dict.fromkeys(("they", "their"), "they"),
}
_SUBJECTS = frozenset(("nsubj", "nsubjpass", "agent"))
_OPENING, _CLOSING, _STRAIGHT = "“„«", "”»", '"'
_EMPTY_WITH = word_lists("actor_words.tsv")["with an empty it"]
#: How many passages back somebody may have been named.
_REACH = 2


@dataclass(frozen=True, slots=True)
class _Antecedent:
    """Somebody named, or spoken of without a name (`actor` is then empty), in a sentence counted through the story."""

    actor: str
    sex: str
    passage: int
    sentence: int
    subject: bool
    main: bool


def find_pronouns(story: Story, sexes: Mapping[str, str]) -> list[Mention]:
    """Find the pronouns of a story; `sexes` tells m or f of the persons of whom it is known, by id."""
    by_passage: dict[int, dict[int, Mention]] = {}
    for mention in story.mentions:
        if mention.how is not How.NATIONALITY:
            by_passage.setdefault(mention.passage, {})[mention.head] = mention
    reader = _Reader(story, sexes)
    return [
        mention
        for at, passage in enumerate(story.passages)
        if passage.segment.kind is not SegmentKind.CAPTION
        for mention in reader.read(at, passage, by_passage.get(at, {}))
    ]


class _Reader:
    """Reads a story from its beginning and remembers who was named lately."""

    def __init__(self, story: Story, sexes: Mapping[str, str]) -> None:
        self._story, self._sexes = story, dict(sexes)
        self._lately: list[_Antecedent] = []
        self._sentence = 0

    def read(self, at: int, passage: Passage, named: Mapping[int, Mention]) -> Iterator[Mention]:
        """Give the pronouns of a passage."""
        self._lately = [each for each in self._lately if at - each.passage <= _REACH]
        meant: dict[int, str] = {head: each.actor or "" for head, each in named.items()}
        quoted = False
        for token in passage.doc:
            word = token.text
            if word in _OPENING or word in _CLOSING or word == _STRAIGHT:
                quoted = word in _OPENING or (word == _STRAIGHT and not quoted)
            self._sentence += bool(token.is_sent_start)
            if quoted:
                continue
            if token.i in meant:
                self._remember(at, token, meant[token.i], "")
            elif (sex := _unnamed(token, meant)) is not None:
                self._remember(at, token, "", sex)
            elif token.pos_ == "PRON" and (wanted := _PRONOUNS.get(token.lower_)):
                actor = self._meant(wanted, token, meant)
                if actor:
                    meant[token.i] = actor
                    self._remember(at, token, actor, "")
                if actor or wanted in ("m", "f"):
                    yield Mention(passage.span(token), at, token.i, actor, How.PRONOUN)

    def _remember(self, at: int, token: Token, actor: str, sex: str) -> None:
        subject = _is_subject(token)
        main = subject and _clause(token).dep_ == "ROOT"
        kind = self._story.actors[actor]["kind"] if actor else "person"
        if kind == "person":
            self._lately.append(_Antecedent(actor, self._sexes.get(actor, sex), at, self._sentence, subject, main))

    def _meant(self, wanted: str, pronoun: Token, meant: Mapping[int, str]) -> str | None:
        if wanted in ("m", "f"):
            actor = self._person(wanted)
            if actor:
                self._sexes.setdefault(actor, wanted)
            return actor
        return self._body(wanted, pronoun, meant)

    def _person(self, wanted: str) -> str | None:
        """Choose the person of the sex wanted who was the subject of the latest sentence that has any."""
        fitting = [each for each in self._lately if each.sex in ("", wanted)]
        if not fitting:
            return None
        latest = [each for each in fitting if each.sentence == fitting[-1].sentence]
        for choice in (
            [each for each in latest if each.main],
            [each for each in latest if each.subject],
            latest,
        ):
            if choice:
                actors = {each.actor for each in choice}
                return choice[0].actor or None if len(actors) == 1 else None
        return None

    def _body(self, wanted: str, pronoun: Token, meant: Mapping[int, str]) -> str | None:
        """Choose the country, body or group that is the subject of the clause that the pronoun's clause hangs on."""
        if pronoun.dep_ not in ("nsubj", "nsubjpass", "poss") or _is_empty(pronoun):
            return None
        clause = _clause(pronoun) if pronoun.dep_ == "poss" else _above(_clause(pronoun))
        while clause is not None:
            for child in clause.children:
                if child.dep_ == "nsubj" and child.pos_ in ("NOUN", "PROPN", "PRON") and child.i < pronoun.i:
                    return self._fitting_body(wanted, child, meant)
            clause = _above(clause)
        return None

    def _fitting_body(self, wanted: str, subject: Token, meant: Mapping[int, str]) -> str | None:
        actor = meant.get(subject.i)
        if not actor or any(each.dep_ == "conj" for each in subject.children):
            return None
        kind = self._story.actors[actor]["kind"]
        if wanted == "it":
            fits = kind in ("country", "organization")
        else:
            fits = kind in ("group", "organization") or (kind == "country" and subject.tag_ == "NNS")
        return actor if fits else None


@cache
def _person_nouns() -> Mapping[str, str]:
    return {row[0]: row[1] for row in (*rows("offices.tsv"), *rows("person_nouns.tsv"))}


def _unnamed(token: Token, meant: Mapping[int, str]) -> str | None:
    """Give the sex, empty if not told, of a person who acts without a name: "a man said"; None for anything else."""
    if token.pos_ != "NOUN" or token.dep_ not in _SUBJECTS:
        return None
    if any(child.dep_ == "appos" and child.i in meant for child in token.children):
        return None
    return _person_nouns().get(token.lower_)


def _is_empty(pronoun: Token) -> bool:
    """Tell whether "it" means nobody: "it's up to Russia", "it seems that"."""
    return pronoun.lower_ == "it" and pronoun.dep_ == "nsubj" and pronoun.head.lower_ in _EMPTY_WITH


def _is_subject(token: Token) -> bool:
    while token.dep_ in ("conj", "appos") and token.head.i != token.i:
        token = token.head
    return token.dep_ in _SUBJECTS


def _clause(token: Token) -> Token:
    """Give the verb of the clause that a word belongs to."""
    while token.head.i != token.i and (token.pos_ not in ("VERB", "AUX") or token.dep_ in ("aux", "auxpass")):
        token = token.head
    return token


def _above(clause: Token) -> Token | None:
    """Give the verb of the clause that a clause hangs on."""
    return None if clause.head.i == clause.i else _clause(clause.head)
