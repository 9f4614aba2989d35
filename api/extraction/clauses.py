"""Clauses: who does what in a sentence, as its grammar tells, and how far the words go that tell it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
#: What words are to those that lend them their subject.
_LENDING = frozenset(
    {"conj", "xcomp", "ccomp", "advcl", "pcomp", "prep", "acomp", "attr", "acl", "oprd", "dobj"},
)
_HOLDING = frozenset({"for", "of", "from"})
_RELATIVE = frozenset({"who", "which", "that", "whom"})
_ACTED_ON = frozenset({"dobj", "attr", "oprd", "xcomp", "ccomp"})
_CLAUSAL = frozenset({"xcomp", "ccomp"})
#: What stands beside the act itself: other clauses, and asides.
_BESIDE = frozenset({"parataxis", "meta", "dep", "intj", "relcl", "mark"})
#: Prepositions that take another one: "out of".
_DOUBLE = frozenset({"out", "from", "off", "back", "over", "away", "along", "together", "up"})
#: What verbs are to another word when they do without a subject of their own that belongs to what they tell.
_SHARING = frozenset({"conj", "acl", "relcl", "xcomp"})
_LONGEST_PURPOSE = 12
#: What these tell happens to their subject.
ARRIVING = frozenset({"arrive", "arrived", "arrives", "arriving"})
#: "On Wednesday" belongs to what is told; "During a meeting that ..." stands beside it.
_LONGEST_SETTING = 6
_NEAREST = 3
_LONGEST_REACH = 14


def is_passive(verb: Token) -> bool:
    """Tell whether a verb stands in the passive voice: "was sent", "troops sent by Moscow"."""
    if any(child.dep_ in ("auxpass", "nsubjpass") for child in verb.children):
        return True
    if verb.tag_ != "VBN":
        return False
    if verb.dep_ == "acl":
        return True
    return verb.dep_ == "conj" and verb.head.pos_ == "VERB" and not _has_helper(verb) and is_passive(verb.head)


def _has_helper(verb: Token) -> bool:
    return any(child.dep_ in ("aux", "nsubj") for child in verb.children)


def grammatical_subject(verb: Token) -> Token | None:
    """Find the subject of a verb, where need be that of the verb which it hangs on."""
    node = verb
    for _ in range(6):
        for child in node.children:
            if child.dep_ in SUBJECTS:
                return _antecedent(child, node)
        if node.dep_ == "acl" and node.tag_ in ("VBG", "VBN"):
            return node.head
        if (held := _held(node)) is not None:
            return held
        if node.dep_ not in _LENDING or node.head == node:
            return None
        node = node.head
    return None


def _held(verb: Token) -> Token | None:
    """Find the object of a verb above that does what one tells: "urged Peru to leave", "blamed Peru for leaving"."""
    above = verb.head
    if verb.dep_ == "pcomp" and above.lower_ in _HOLDING:
        above = above.head
    elif verb.dep_ != "xcomp":
        return None
    if above.pos_ != "VERB" or is_passive(above):
        return None
    return next((each for each in above.children if each.dep_ in ("dobj", "dative")), None)


def _antecedent(subject: Token, verb: Token) -> Token:
    """Give what a relative pronoun stands for."""
    if subject.lower_ in _RELATIVE and verb.dep_ == "relcl":
        return verb.head
    return subject


def doer(verb: Token) -> Token | None:
    """Find who does what a verb tells: its subject, or the agent of a passive."""
    if not is_passive(verb) or verb.lower_ == "engaged":
        return grammatical_subject(verb)
    for child in verb.children:
        if child.lower_ == "by" and child.dep_ in ("agent", "prep"):
            return next((each for each in child.children if each.dep_ == "pobj"), None)
    return None


def objects(verb: Token) -> list[Token]:
    """Find what a verb acts on: its objects, the subject of a passive, and clauses that complete it."""
    found = [each for each in verb.children if each.dep_ in _ACTED_ON or _is_misread(each)]
    if verb.pos_ == "NOUN":
        return [each for each in verb.children if each.dep_ == "acl" or each.dep_ in _CLAUSAL]
    if is_passive(verb):
        subject = grammatical_subject(verb)
        return [*([subject] if subject is not None else []), *found]
    if not found and verb.lower_ in ARRIVING:
        found = [each for each in verb.children if each.dep_ == "nsubj"]
    found = [_relative(each, verb) for each in found]
    if not found and verb.dep_ == "relcl" and not any(each.lower_ in _RELATIVE for each in verb.children):
        found = [verb.head]
    if not found and not any(each.dep_ == "prep" for each in verb.children):
        # "invaded and annexed Crimea": the parser gives what both act on to the second.
        sharing = _sharing_object(verb)
        found = [each for each in sharing.children if each.dep_ == "dobj"] if sharing is not None else []
    return found


def _is_misread(token: Token) -> bool:
    """Tell whether the parser took a name for an adverb: "attacked Norway"."""
    return token.dep_ == "npadvmod" and token.ent_type_ in ("GPE", "ORG", "PERSON") and token.i > token.head.i


def _sharing_object(verb: Token) -> Token | None:
    """Find the verb that has the object of one before it: "annexed" for "invaded" in "invaded and annexed Crimea"."""
    if any(each.dep_ in ("dobj", "prep", *_CLAUSAL) for each in verb.children):
        return None
    near = (each for each in verb.children if each.dep_ == "conj" and each.i - verb.i <= _NEAREST)
    return next(
        (each for each in near if not _own_subject(each) and any(one.dep_ == "dobj" for one in each.children)), None
    )


def _relative(token: Token, verb: Token) -> Token:
    return verb.head if verb.dep_ == "relcl" and token.lower_ in _RELATIVE else token


def _own_subject(verb: Token) -> bool:
    return any(each.dep_ in SUBJECTS for each in verb.children)


def prepositions(token: Token) -> Iterator[tuple[str, Token]]:
    """Go through the prepositional phrases of a word: the preposition, and the noun behind it."""
    for child in token.children:
        if child.dep_ in ("prep", "dative", "agent"):
            for each in child.children:
                if each.dep_ in ("pobj", "pcomp"):
                    yield child.lower_, each
                elif each.dep_ == "prep" and child.lower_ in _DOUBLE:
                    yield from ((each.lower_, noun) for noun in each.children if noun.dep_ == "pobj")


def extent(head: Token, *, with_clauses: bool) -> tuple[Token, Token]:
    """Say from where to where the words go that tell what a verb or a noun tells: the first and the last.

    Clauses beside it are left out; a verb that shares its subject with one before it begins at that subject, if near.
    """
    first, last = _reach(head, head, with_clauses)
    if sharing := _sharing_object(head):
        last = _reach(sharing, sharing, with_clauses)[1]
    subject = grammatical_subject(head) if head.dep_ in _SHARING else None
    if subject is not None and subject.i < first.i:
        begin, _ = _reach(subject, subject, with_clauses)
        if first.i - begin.i <= _LONGEST_REACH:
            first = begin
    for mark in head.children:
        if mark.dep_ == "mark" and first.i <= mark.i < head.i:
            first = mark.nbor()
    while first.i < last.i and (first.dep_ in ("punct", "cc", "mark") or first.is_space):
        first = first.nbor()
    while last.i > first.i and ((last.dep_ in ("punct", "cc") and last.lower_ not in '"”') or last.is_space):
        last = last.nbor(-1)
    return first, last


def _reach(node: Token, root: Token, with_clauses: bool) -> tuple[Token, Token]:
    first = last = node
    for child in node.children:
        if _is_beside(child, node, root, with_clauses):
            continue
        begin, end = _reach(child, root, with_clauses)
        first, last = min(first, begin, key=_index), max(last, end, key=_index)
    return first, last


def _index(token: Token) -> int:
    return int(token.i)


def _is_beside(child: Token, node: Token, root: Token, with_clauses: bool) -> bool:
    """Tell whether a part of a clause is no part of what it tells."""
    name = child.dep_
    if name in _BESIDE or name == "punct" or child.lower_ == "including":
        return True
    if name == "prep" and node == root and child.i < root.i and child.n_rights and _size(child) > _LONGEST_SETTING:
        return True
    if name == "conj" or name == "cc":
        return node.pos_ in ("VERB", "AUX") and (node == root or name == "cc" or _own_subject(child))
    if name == "advcl":
        return not _is_purpose(child)
    if name == "ccomp":
        # What stands before the verb is a quotation: "..., he said".
        return (node == root and not with_clauses) or child.i < node.i
    if name == "appos":
        return child.i > node.i and node != root
    return False


def _size(node: Token) -> int:
    return int(node.right_edge.i - node.left_edge.i)


def _is_purpose(clause: Token) -> bool:
    to = any(each.lower_ == "to" and each.dep_ == "aux" for each in clause.children)
    return to and _size(clause) < _LONGEST_PURPOSE
