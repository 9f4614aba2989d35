"""Runs the tools of these tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# No colours in a report, and no tool tells its maker about this run.
ENVIRONMENT = {"NO_COLOR": "1", "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command in `cwd` and give what it printed; pytest shows all of it if the test fails."""
    whole = {**os.environ, **ENVIRONMENT, **environment}
    done = subprocess.run(command, cwd=cwd, env=whole, capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    assert done.returncode == 0, f"{Path(command[0]).name} exited with {done.returncode}"
    return done.stdout
