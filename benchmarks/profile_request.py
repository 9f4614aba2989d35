"""Where the time of one request goes: microseconds in process, without a server, and a profile by function.

    python -m benchmarks.profile_request --database sqlite:///benchmarks/.data/....db
    python -m benchmarks.profile_request --request list --profile

Calls `wsgi_app` with an environment such as granian makes, so that what is measured is Flask and ours and nothing
else. The minimum of several rounds is printed: what the code costs when nobody disturbs it.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import io
import pstats
import time
from collections.abc import Callable
from typing import Any

from flask import Flask

from api import create_app
from api.settings import Settings
from benchmarks.peers import hello

Call = Callable[[], tuple[str, dict[str, str], bytes]]

ROUNDS = 15


def environ(path: str, query: str = "", headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Make the WSGI environment of a GET request, as granian does."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "Granian",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        **(headers or {}),
    }


def caller(app: Flask, template: dict[str, Any]) -> Call:
    """Make a function that sends one request to an app: (status, headers, body)."""

    def call() -> tuple[str, dict[str, str], bytes]:
        told: list[Any] = []
        answer = app.wsgi_app(template.copy(), lambda status, headers, _=None: told.extend((status, headers)))
        body = b"".join(answer)
        close = getattr(answer, "close", None)
        if close:
            close()
        return told[0], dict(told[1]), body

    return call


def microseconds(call: Callable[[], Any], seconds: float = 0.1) -> float:
    """Time one call: the least mean of several rounds, in CPU microseconds."""
    started = time.perf_counter()
    call()
    number = max(5, int(seconds / (time.perf_counter() - started + 1e-6)))
    gc.collect()
    best = float("inf")
    for _ in range(ROUNDS):
        before = time.process_time()
        for _ in range(number):
            call()
        best = min(best, (time.process_time() - before) / number)
    return best * 1e6


def requests(app: Flask, actor: str, words: str) -> dict[str, Call]:
    """Make the requests that are measured; raises RuntimeError when one is not answered as expected."""
    first = caller(app, environ("/v1/facts", "limit=50"))()[2]
    fact = first.partition(b'"id":"')[2].partition(b'"')[0].decode()
    asked = {
        "get": (f"/v1/facts/{fact}", ""),
        "list": ("/v1/facts", "limit=50"),
        "list of an actor": ("/v1/facts", f"actor={actor}&limit=50"),
        "list of an actor in a range": ("/v1/facts", f"actor={actor}&date_from=2022-01-10&limit=50"),
        "search": ("/v1/search", f"q={words}&resource=fact&limit=50"),
        "facts with words": ("/v1/facts", f"q={words}&limit=50"),
    }
    calls = {}
    for name, (path, query) in asked.items():
        calls[name] = caller(app, environ(path, query))
        status, headers, _ = calls[name]()
        if status != "200 OK":
            raise RuntimeError(f"{path}?{query}: {status}")
        if name in ("get", "list"):
            known = {"HTTP_IF_NONE_MATCH": headers["ETag"]}
            calls[f"304 of {name}"] = caller(app, environ(path, query, known))
            if not calls[f"304 of {name}"]()[0].startswith("304"):
                raise RuntimeError(f"{path}?{query}: no 304")
    return calls


def main() -> None:
    """Print the microseconds of each request, or the profile of one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite:///newsfacts.db", help="database URL of a store")
    parser.add_argument("--actor", default="russia", help="actor to list the facts of")
    parser.add_argument("--words", default="nato", help="words to search for")
    parser.add_argument("--request", help="only requests whose name contains this")
    parser.add_argument("--profile", action="store_true", help="print time by function (cProfile)")
    asked = parser.parse_args()
    app = create_app(Settings(database_url=asked.database, access_log=False))
    calls = requests(app, asked.actor, asked.words)
    if asked.request:
        calls = {name: call for name, call in calls.items() if asked.request in name}
    bare = microseconds(caller(hello.create_app(), environ("/hello")))
    print(f"{'flask hello':30} {bare:8.0f} us")
    for name, call in calls.items():
        took = microseconds(call)
        status, _, body = call()
        print(f"{name:30} {took:8.0f} us {took / bare:6.2f} x  {status[:3]} {len(body):>7,} bytes")
        if asked.profile:
            _profile(call)


def _profile(call: Call, calls: int = 2000) -> None:
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(calls):
        call()
    profile.disable()
    report = io.StringIO()
    pstats.Stats(profile, stream=report).strip_dirs().sort_stats("tottime").print_stats(28)
    print(f"-- by function, {calls} calls, seconds\n{report.getvalue()}")


if __name__ == "__main__":
    main()
