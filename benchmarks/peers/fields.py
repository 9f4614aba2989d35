"""The fields of a fact's document, of all kinds together: the columns that sqlite-utils would make of them."""

from __future__ import annotations

#: Lists and objects, which Datasette must be told to take as JSON.
NESTED = (
    *("date", "actors", "places", "quantities", "evidence", "sources", "relations", "review"),
    *("modes", "contexts", "history", "about"),
)
FIELDS = (
    *("id", "version", "created_at", "updated_at", "kind", "title", "note"),
    *("type", "quad", "modality", "category", "status", "package", "attribution", "cue", "stance", "text"),
    *NESTED,
)
