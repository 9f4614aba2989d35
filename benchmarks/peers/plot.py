"""Plots p50 against size, one panel for each database: run by the peers' Python, which has matplotlib.

Run as: python -m benchmarks.peers.plot RESULTS.json PLOT.svg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
# The same figures give the same file.
mpl.rcParams["svg.hashsalt"] = "newsfacts"

from matplotlib import pyplot as plt  # noqa: E402 (the back end is chosen before)


def main() -> None:
    """Read results, write the plot."""
    results, plot = map(Path, sys.argv[1:])
    figures = json.loads(results.read_bytes())["figures"]
    databases = list(dict.fromkeys(each["database"] for each in figures))
    _, panels = plt.subplots(1, len(databases), figsize=(6 * len(databases), 4.5), sharey=True, squeeze=False)
    for panel, database in zip(panels[0], databases, strict=True):
        own = [each for each in figures if each["database"] == database]
        for question in dict.fromkeys(each["question"] for each in own):
            points = sorted((each["facts"], each["median"]["p50"]) for each in own if each["question"] == question)
            panel.plot(*zip(*points, strict=True), marker="o", label=question)
        panel.set(title=database, xscale="log", yscale="log", xlabel="facts")
        panel.grid(alpha=0.3, which="both")
    panels[0][0].set_ylabel("p50 over HTTP, ms")
    panels[0][-1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    plt.tight_layout()
    plt.savefig(plot, metadata={"Date": None})


if __name__ == "__main__":
    main()
