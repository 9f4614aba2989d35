"""Parsing: words, their grammar and the names among them, by spaCy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api.extraction.model import load
from api.extraction.story import Passage, Segment

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token
    from spacy.tokens.morphanalysis import MorphAnalysis

#: How many segments are read at once: more take more memory, and hardly less time.
_BATCH = 32

#: What is known of words, by word and tag, and of their forms, by grammatical role as well. Each is emptied when it is
#: full: words come back soon enough.
_lemmas: dict[tuple[int, int], str] = {}
_forms: dict[tuple[int, int, int], tuple[int, MorphAnalysis, int]] = {}
_MOST = 100_000


def parse(nlp: Language, text: str, segments: Sequence[Segment]) -> list[Passage]:
    """Read segments of a text."""
    lines = [text[each.span.start : each.span.end] for each in segments]
    passages = [Passage(each, doc) for each, doc in zip(segments, nlp.pipe(lines, batch_size=_BATCH), strict=True)]
    _classify([passage.doc for passage in passages], nlp.get_pipe("attribute_ruler"))
    return passages


def _classify(docs: Sequence[Doc], ruler: Any) -> None:
    """Set the part of speech of each word, and what goes with it, as spaCy's ruler would.

    The ruler takes a seventh of the time of everything, so it is asked once about each word that is met. Of its rules
    those for two words at a time, such as "gonna", are lost.
    """
    if len(_forms) > _MOST:
        _forms.clear()
    _learn({_key(token): token for doc in docs for token in doc if _key(token) not in _forms}, ruler)
    token: Any
    for doc in docs:
        for token in doc:
            token.pos, morph, token.lemma = _forms[_key(token)]
            token.set_morph(morph)


def _key(token: Token) -> tuple[int, int, int]:
    return token.lower, token.tag, token.dep


def _learn(words: Mapping[tuple[int, int, int], Token], ruler: Any) -> None:
    """Ask the ruler about words. Between two of them stands a full stop, so that no rule takes them together."""
    if not words:
        return
    told = [(word.text, word.tag_, word.dep_) for word in words.values()]
    texts, tags, deps = zip(*(each for word in told for each in (word, (".", ".", "punct"))), strict=True)
    doc = next(iter(words.values())).doc
    read = ruler(type(doc)(doc.vocab, list(texts), tags=list(tags), deps=list(deps), heads=list(range(len(texts)))))
    for key, word in zip(words, list(read)[::2], strict=True):
        _forms[key] = word.pos, word.morph, word.lemma


def lemma(token: Token) -> str:
    """Give the dictionary form of a word, in lower case."""
    if token.lemma:  # what the ruler's exceptions have settled, such as forms of "be"
        return token.lemma_.lower()
    key = token.orth, token.tag
    if (known := _lemmas.get(key)) is None:
        if len(_lemmas) > _MOST:
            _lemmas.clear()
        lemmatizer: Any = load().get_pipe("lemmatizer")
        first, *others = lemmatizer.rule_lemmatize(token)
        # "staged" is of "stage": that of "stag" would have its last letter twice.
        known = _lemmas[key] = str(f"{first}e" if f"{first}e" in others else first).lower()
    return known
