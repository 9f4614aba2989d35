"""Who helps out while the usual threads are held up, and for how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.server.running import Served, eventually
from tests.server.tiny import THREADS


def test_who_helps_out_stays_for_as_long_as_the_others_are_held_up(tiny: Served) -> None:
    """So only the first one who comes meanwhile waits until somebody helps."""
    with ThreadPoolExecutor(THREADS) as clients:
        held_up = [clients.submit(tiny.ask, "/block") for _ in range(THREADS)]
        try:
            eventually(lambda: tiny.ask("/state", "DELETE").json["blocked"] == THREADS)
            helping = tiny.ask("/thread").json
            assert [tiny.ask("/thread").json for _ in range(10)] == [helping] * 10
        finally:
            tiny.ask("/release", "DELETE")
        assert [each.result().json for each in held_up] == ["released"] * THREADS
    eventually(lambda: helping not in [tiny.ask("/thread").json for _ in range(2 * THREADS)])
