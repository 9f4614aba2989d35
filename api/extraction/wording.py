"""Wording: the titles of statements, a sentence of our own each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from api.extraction.sayings import Saying
from api.extraction.story import Part, Story

#: How long the names and the words said may be, in characters: together they stay well within a line.
_NAMES, _WORDS = 150, 250
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\s]+")
_ASKING = frozenset({"how", "what", "when", "where", "whether", "which", "who", "whom", "why", "if"})
_OWNERS = {"his": "he", "her": "she", "its": "it", "their": "they", "my": "I", "our": "we", "your": "you"}
_NOBODY = "Somebody whom the text does not name"

#: By stance: the word before a clause, before a thing, and before what somebody is to do ("to leave").
_VERBS = {
    "assert": ("said that", "spoke of", "wanted"),
    "deny": ("denied that", "denied", "refused"),
    "warn": ("warned that", "warned of", "threatened"),
    "promise": ("promised that", "promised", "promised"),
    "demand": ("demanded that", "demanded", "demanded"),
    "praise": ("was pleased that", "praised", "was pleased"),
    "criticize": ("objected that", "criticized", "objected"),
    "hope": ("hoped that", "hoped for", "hoped"),
    "ask": ("asked:", "asked about", "asked"),
}
#: The same of what is thought and not said.
_THOUGHT = {
    "assert": ("thought that", "spoke of", "wanted"),
    "deny": ("doubted that", "doubted", "was unwilling"),
    "warn": ("feared that", "feared", "feared"),
}


def title_of(story: Story, saying: Saying, speakers: Sequence[Part], stance: str) -> str:
    """Give the title: who said it, what the speaker did by it, and the words, shortened where they are many."""
    names = " and ".join(_name(story, each) for each in speakers) or _NOBODY
    words = _shortened(" ... ".join(story.words(span) for span in saying.spans), _WORDS)
    thought = _THOUGHT.get(stance) if saying.kind is not None and saying.kind.sort == "think" else None
    clause, thing, act = thought or _VERBS[stance]
    told_of = saying.form == "infinitive" and not speakers  # "they are said to have left"
    if told_of or saying.attribution == "direct" or saying.form in ("quotation", "following", "loose"):
        return f"{_shortened(names, _NAMES)} {clause.removesuffix(' that').removesuffix(':')}: {words}"
    if saying.kind is not None:
        thing = _fitting(thing, saying.kind.takes)
    if saying.form == "infinitive" and "to " not in words:  # "opposed building it"
        act = thing
    verb = {"object": thing, "phrase": thing, "infinitive": act}.get(saying.form, clause)
    if verb == "demanded" and saying.form == "infinitive" and not words.startswith("to "):
        verb = "called for"
    if verb.endswith(" that") and words.split(" ", 1)[0].lower() in _ASKING:
        verb = verb.removesuffix(" that") + ":"
    return f"{_shortened(names, _NAMES)} {verb} {words}"


def _fitting(verb: str, takes: frozenset[str]) -> str:
    """Give the word before a thing that fits what the text's own word takes: "called it", "backed it"."""
    if verb == "spoke of" and "as" in takes and "object" not in takes:
        return "described"
    return "supported" if verb == "praised" and "clause" not in takes else verb


def _name(story: Story, part: Part) -> str:
    if part.actor is not None and part.actor in story.actors:
        return str(story.actors[part.actor]["name"])
    words = "" if part.named_as is None else story.words(part.named_as)
    return _OWNERS.get(words.lower(), words)


def _shortened(words: str, most: int) -> str:
    """Give words on one line; what is too long ends with an ellipsis, and with a whole word where there is a blank."""
    words = _CONTROLS.sub(" ", words).strip()
    if len(words) <= most:
        return words
    cut = words[: most - 3]
    return cut[: cut.rfind(" ")].rstrip(" ,;:") + "..." if " " in cut else cut + "..."
