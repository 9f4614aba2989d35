"""A benchmark runs from end to end; how fast anything is, no test can tell.

`python -m benchmarks --quick` does the same with all of them, and takes minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parent.parent


def test_a_benchmark_runs_from_its_data_to_its_verdict(tmp_path: Path) -> None:
    command = ["-m", "benchmarks.bulk", "--facts", "200", "--rounds", "1", "--databases", "sqlite", "--without-readers"]
    folders = {"BENCHMARKS_DATA": str(tmp_path / "data"), "BENCHMARKS_RESULTS": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **folders}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    (target,) = orjson.loads((tmp_path / "bulk.json").read_bytes())["targets"]
    assert target["value"] > 0
    assert target["verdict"] in ("yes", "NO")
    assert target["target"]["bar"] in done.stdout
