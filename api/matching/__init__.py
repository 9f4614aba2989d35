"""Matching: what an article is drafted to state meets what is known already.

A draft that another article's pending fact tells too becomes evidence of that fact; what is likely but not sure, or is
about a fact that somebody approved, is suggested to the reviewers. Nothing else is decided here.
"""

from api.matching.drafts import ingest_drafts

__all__ = ["ingest_drafts"]
