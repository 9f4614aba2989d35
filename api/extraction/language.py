"""Languages: English is read, and nothing else is coded as nonsense."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from api.extraction.refusal import UnreadableError

ENGLISH = "en"
#: So many characters tell the language of an article.
_LOOKED_AT = 10_000
#: How sure is sure: headlines and names in Latin letters are taken for any language.
_SURE = 0.9
#: What English is taken for when it is terse: Nigerian Pidgin, no language at all.
_TAKEN_FOR = frozenset(("pcm", "zxx"))


def detect(text: str) -> str:
    """Tell the language of a text as a BCP 47 tag; `en` too where it is too short, or too odd, to tell another."""
    some = text[:_LOOKED_AT]
    language, probability = _identifier().classify(some)
    if language in _TAKEN_FOR or (probability < _SURE and _is_mostly_latin(some)):
        return ENGLISH
    return str(language)


def in_english(article: Mapping[str, Any]) -> dict[str, Any]:
    """Give the article of a fact sheet with its language. What it says itself is believed; raises UnreadableError."""
    language: str = article.get("language") or detect(article["text"])
    if language.lower().partition("-")[0] != ENGLISH:
        raise UnreadableError(
            f"Unsupported language: {language}. Facts are drafted from English alone; the article can be stored "
            "without them, with extract=false."
        )
    return {**article, "language": language}


def _is_mostly_latin(text: str) -> bool:
    letters = [each for each in text if each.isalpha()]
    # Latin with all its accents ends where Greek begins.
    return 2 * sum(each < "\u0370" for each in letters) >= len(letters)


@cache
def _identifier() -> Any:
    # It brings numpy along, and takes half a second to load.
    langid = import_module("py3langid.langid")
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
