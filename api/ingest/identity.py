"""Identity: ids derived from content, so that the same sheet gives the same ids on every machine."""

from __future__ import annotations

from base64 import b32encode
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def claim_of(publisher: str, url: str | None, text_sha256: str) -> str:
    """Hash the natural key of an article: who published which text where."""
    return _hash("article", publisher, url or "", text_sha256)


def id_of_article(claim: str) -> str:
    """Derive an article's id from the hash of its natural key."""
    return f"article-{claim[:16]}"


def id_of_actor(kind: str, name: str) -> str:
    """Derive an actor's id from what it is called."""
    return f"actor-{_hash('actor', kind, name)[:16]}"


def id_of_suggestion(fact: str, other: str) -> str:
    """Derive the id of what is suggested about two facts: it is the same whichever of them came first."""
    return f"suggestion-{_hash('suggestion', *sorted((fact, other)))[:16]}"


def id_of_sent_actor(actor: Mapping[str, Any]) -> str:
    """Tell the id of an actor of a sheet: its own, else the one that is derived."""
    id_: str = actor["id"] or id_of_actor(actor["kind"], actor["name"])
    return id_


class FactIds:
    """Derives the ids of one article's facts from their evidence, numbering those that have the same."""

    def __init__(self, article: str) -> None:
        """Take the article's id."""
        self._article = article
        self._ordinals: Counter[str] = Counter()

    def derive(self, kind: str, evidence: list[dict[str, Any]]) -> str:
        """Derive the id of the next fact of a kind with this evidence."""
        key = _hash(kind, self._article, *(f"{span['start']}-{span['end']}" for span in evidence))
        self._ordinals[key] += 1
        ordinal = self._ordinals[key]
        return f"{kind}-{(key if ordinal == 1 else _hash(key, str(ordinal)))[:16]}"


def _hash(*parts: str) -> str:
    """Hash a natural key to 52 letters of base32: a to z and 2 to 7."""
    return b32encode(sha256("\x1f".join(parts).encode()).digest()).decode().lower().rstrip("=")
