"""Export as it is run: `newsfacts export` in a process of its own, what it writes being thrown away."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass

from benchmarks import servers

_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Exported:
    """How long it took, and the most memory that it ever held, in MB (10^6 bytes)."""

    seconds: float
    memory: float


def run(url: str, form: str) -> Exported:
    """Export all facts of a store in a format."""
    began, memory = time.perf_counter(), 0.0
    process = subprocess.Popen(
        servers.command("export", "facts", "--format", form),
        env=servers.environment({"NEWSFACTS_DATABASE_URL": url}),
        stdout=subprocess.DEVNULL,
    )
    # Asked again and again: what the system tells of a process that has ended counts in what started it.
    while process.poll() is None:
        memory = max(memory, servers.peak_memory(process.pid))
        time.sleep(_PAUSE_SECONDS)
    if process.returncode:
        raise RuntimeError(f"export failed with {process.returncode}")
    return Exported(time.perf_counter() - began, memory)
