"""Where data and results are kept; BENCHMARKS_DATA and BENCHMARKS_RESULTS name other folders, as on a larger disk."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BENCHMARKS_DATA") or _HERE / ".data").resolve()
RESULTS = Path(os.environ.get("BENCHMARKS_RESULTS") or _HERE / "results").resolve()
