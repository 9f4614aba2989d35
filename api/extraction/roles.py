"""Roles: the two sides of an event, and the part that each has in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.extraction.clauses import grammatical_subject, is_passive, prepositions
from api.extraction.parsing import lemma
from api.extraction.parties import (
    actor_of,
    doer_of,
    is_place,
    is_pronoun,
    is_somebody,
    parts_of,
    recipient_of,
    same_actor,
)
from api.extraction.parts import joined
from api.extraction.story import Part, Story
from api.extraction.triggers import Trigger

if TYPE_CHECKING:
    from spacy.tokens import Token

_SYMMETRIC = frozenset({"consult", "cooperate"})
#: Types whose noun names the doer after "of": "the withdrawal of Russian troops".
_OF_ITS_DOER = frozenset({"retreat", "mobilize", "protest", "consult", "agree", "request", "threaten"})
_SENT = frozenset({"arms", "aid", "money", "troops", "ship"})
#: Verbs of doing something with what they act on, to somebody else: to fire rockets, to throw stones, to use gas.
_HURLING = frozenset({"fire", "launch", "rain", "hurl", "throw", "use", "plant", "detonate", "explode", "lob", "drop"})
_ENABLING = frozenset({"train", "arm", "equip", "help", "assist", "protect", "fund", "finance", "feed", "treat"})
_HANDING = frozenset({"extradite", "hand", "return", "turn", "give", "transfer"})
#: Verbs of what those who are joined by "and" do with one another: "Greek and Turkish soldiers clashed".
_MUTUAL = frozenset({"clash", "fight", "battle", "exchange", "trade", "swap", "sign", "conclude", "reach", "declare"})
#: Whoever does this is visited or helped by the other.
_HOSTING = frozenset({"receive", "host", "welcome", "greet"})


@dataclass(frozen=True, slots=True)
class Sides:
    """Who acts and who is acted on: the heads of their names, each with those joined to it."""

    actor: Token | None
    recipient: Token | None
    is_mutual: bool = False

    def heads(self) -> list[Token]:
        """Give the heads of both sides."""
        return [each for each in (self.actor, self.recipient) if each is not None]

    def parts(self, story: Story, at: int, type_: str, modes: tuple[str, ...]) -> list[Part]:
        """Give the parts that the sides have in an event of a type."""
        first = parts_of(story, at, self.actor, "actor") if self.actor is not None else []
        second = parts_of(story, at, self.recipient, "recipient") if self.recipient is not None else []
        is_joint = len(first) > 1 and not second and (self.is_mutual or type_ == "agree")
        if "visit" in modes and (self.recipient is None or is_place(self.recipient)):
            second = [replace(each, role="host") for each in second]
        elif type_ in _SYMMETRIC or is_joint:
            first, second = ([replace(each, role="participant") for each in side] for side in (first, second))
        return [*first, *(each for each in second if each not in first)]


def verb_sides(story: Story, at: int, verb: Token, trigger: Trigger) -> Sides:
    """Tell who acts and who is acted on, as a verb tells it."""
    actor = doer_of(story, at, verb)
    if actor is None and is_passive(verb) and (_is_sending(trigger) or "disarm" in trigger.modes):
        # Of troops that are sent by nobody knows whom, their own name tells whose they are.
        actor = actor_of(story, at, grammatical_subject(verb))
    taken = frozenset(each.i for each in joined(actor)) if actor is not None else frozenset()
    acts = [verb] if trigger.noun is None else [verb.doc[trigger.noun], verb]
    is_handing = _is_handing(verb, trigger)
    is_sending = _is_sending(trigger) and lemma(verb) not in _ENABLING
    is_sending = is_sending or (is_handing and trigger.particle != "with")
    recipient = recipient_of(story, at, acts, taken, is_direct=not is_sending)
    if recipient is None and is_handing and "force" not in trigger.asks:
        recipient = recipient_of(story, at, acts, taken)
    if recipient is None and actor is not None:
        recipient = _warned(story, at, verb, taken)
    if ("visit" in trigger.modes or trigger.type == "aid") and lemma(verb) in _HOSTING:
        return Sides(recipient, actor)
    return Sides(actor, recipient, lemma(verb) in _MUTUAL)


def _warned(story: Story, at: int, verb: Token, taken: frozenset[int]) -> Token | None:
    """Find whose doing something is made dependent on: "will use force if Taiwan declares ..."."""
    clauses = [each for one in (verb, *verb.children) for each in one.children if each.dep_ == "advcl"]
    for clause in clauses:
        if any(each.lower_ in ("if", "unless") for each in clause.children):
            head = actor_of(story, at, grammatical_subject(clause))
            if head is not None and not is_pronoun(head) and head.i not in taken:
                return head
    return None


def _is_sending(trigger: Trigger) -> bool:
    """Tell whether an event does something with what it acts on, and not to it: to send arms, to withdraw troops."""
    if "withdraw" in trigger.modes or trigger.type == "mobilize":
        return True
    return trigger.type in ("aid", "agree") and trigger.particle != "with" and bool(trigger.asks & _SENT)


def _is_handing(verb: Token, trigger: Trigger) -> bool:
    """Tell whether a verb hands somebody over, or throws or fires something at somebody."""
    if trigger.type in ("cooperate", "retreat"):
        return lemma(verb) in _HANDING
    return trigger.type in ("assault", "protest") and lemma(verb) in _HURLING


def noun_sides(story: Story, at: int, noun: Token, trigger: Trigger) -> Sides:
    """Tell who acts and who is acted on, as a noun tells it: "Russia's invasion of Ukraine", "talks between two"."""
    actor = recipient = None
    is_mutual = False
    for child in noun.children:
        if child.dep_ in ("poss", "amod", "nmod") and is_somebody(story, at, child):
            actor = actor or child
    for name, other in prepositions(noun):
        head = actor_of(story, at, other)
        if head is None:
            continue
        if name in ("by", "between", "among") or (name == "of" and trigger.type in _OF_ITS_DOER):
            actor, is_mutual = actor or head, name in ("between", "among")
        elif name in ("of", "on", "against", "with", "to", "upon") and recipient is None:
            recipient = head
    return Sides(actor, recipient, is_mutual)


def speaks_of_itself(story: Story, at: int, verb: Token, teller: Token) -> bool:
    """Tell whether what is said has a pronoun for its subject that means the teller: "Iraq said it would allow"."""
    subject = grammatical_subject(verb)
    if subject is None or is_passive(verb) or subject.lower_ not in ("it", "they", "he", "she"):
        return False
    if subject.lower_ != "they" and teller.ent_type_ and (subject.lower_ == "it") == (teller.ent_type_ == "PERSON"):
        return False
    known = story.mention_at(at, subject.i)
    return known is None or known.actor is None or same_actor(story, at, teller, frozenset({subject.i}))
