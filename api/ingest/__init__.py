"""Ingest: the only way in. A fact sheet becomes documents, each quotation anchored where it stands."""

from api.ingest.refusal import SheetRefusedError
from api.ingest.storing import Outcome, ingest

__all__ = ["Outcome", "SheetRefusedError", "ingest"]
