"""Readers of the annotated data that extraction is measured with, which are not part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

#: Where the annotated data stand: beside the repository, unless NEWSFACTS_GOLD says where.
GOLD = Path(os.environ.get("NEWSFACTS_GOLD") or Path(__file__).parents[3] / "shared" / "gold")
