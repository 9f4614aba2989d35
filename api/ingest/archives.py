"""Archives: the history of a store as its feed tells it, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from api.ingest.identity import claim_of
from api.store.known import Texts
from api.store.restoring import Entry, RestoreError
from api.store.writing import Author
from schemas.change import Noun


def read_entry(line: bytes) -> Entry:
    """Read an entry of the feed that stands in one line. Raises RestoreError for what is none."""
    try:
        return entry_of(orjson.loads(line))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, RestoreError):
            raise
        raise RestoreError(f"A line is no change as the feed tells them: {error!r}.") from error


def entry_of(item: Mapping[str, Any]) -> Entry:
    """Read an entry of the feed. Raises RestoreError when an article's text is not what its document says it is."""
    document, sent = item["document"], item.get("source")
    texts = Texts(sent["before"], sent["text"], sent["after"]) if sent else None
    is_article = item["resource"] == Noun.ARTICLE.value and document is not None
    if is_article and texts and sha256(texts.text.encode()).hexdigest() != document["text_sha256"]:
        raise RestoreError(f"The text of the article '{item['id']}' was sent otherwise than its document says.")
    return Entry(
        noun=item["resource"],
        id=item["id"],
        version=item["version"],
        action=item["action"],
        author=Author(item["at"], item["by"], item["note"]),
        target=item["merged_into"],
        etag=item["etag"],
        document=document,
        texts=texts,
        claim=claim_of(document["publisher"], document["url"], document["text_sha256"]) if is_article else "",
    )
