"""Extraction: the text of an article in, a fact sheet of drafts out. Offline, and knowing nothing of the store."""

from api.extraction.model import ModelError, is_installed, load
from api.extraction.pipeline import STEPS, extract
from api.extraction.refusal import UnreadableError

__all__ = ["STEPS", "ModelError", "UnreadableError", "extract", "is_installed", "load"]
