"""A worker for tests, in a process of its own: `python -m tests.jobs.working URL` does jobs with a slow desk.

It drafts one event of each article, and takes its time over it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from api.delivery.worker import work
from api.jobs.extracting import Extracting
from api.jobs.watching import Watch
from api.settings import Settings
from api.store.opening import Store, open_store
from tests.jobs.conftest import sheet_of

#: Seconds that a worker is waited for, and that an article takes.
LEASE, SECONDS = 1.5, 0.15


class SlowDesk:
    def warm(self) -> None:
        pass

    def draft(self, kind: str, article: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        watch.plan(["first", "second", "store"])
        for step in ("first", "second"):
            watch.tell(step)
            time.sleep(SECONDS / 2)
        return sheet_of(article, "They met")


def extracting(store: Store, ring: Any) -> Extracting:
    return Extracting(store, SlowDesk(), lease=LEASE, ring=ring)


if __name__ == "__main__":
    opened = open_store(sys.argv[1])
    work(opened, Settings(), others=[partial(extracting, opened)])
    opened.close()
