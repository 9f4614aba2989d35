"""A web site on this machine: a server in a thread, whose pages a test writes."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

STORY = "The foreign ministers of both sides met in Geneva on Monday. They will meet again, both said."
ARTICLE = f"""<!DOCTYPE html><html lang="en"><head><title>They met - The Web Paper</title>
<meta property="og:title" content="They met"><meta property="og:site_name" content="The Web Paper">
<meta name="author" content="Ann Other; Somebody Else"><meta property="article:published_time" content="2024-03-05">
</head><body><nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>They met</h1><p>{STORY}</p></article><footer>Copyright 2019 The Web Paper.</footer></body></html>"""


@dataclass(frozen=True)
class Page:
    """What is at a path: all at once, or the body in pieces with a pause before each."""

    body: bytes = ARTICLE.encode()
    type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    pause: float = 0.0

    def packed(self) -> Page:
        return Page(gzip.compress(self.body), self.type, self.status, {"Content-Encoding": "gzip"})


class Site:
    def __init__(self) -> None:
        self.pages: dict[str, Page | Callable[[], Page]] = {"/article": Page()}
        self.asked: list[str] = []
        self.closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805 (the handler has a self of its own)
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                found = site.pages.get(self.path, Page(b"", status=404))
                page = found() if callable(found) else found
                site.closing.wait(page.after)
                with suppress(OSError):  # whoever asked may have gone
                    self._answer(page)

            def _answer(self, page: Page) -> None:
                self.send_response(page.status)
                for name, value in {"Content-Type": page.type, **page.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if not page.pause:
                    self.wfile.write(page.body)
                    return
                for at in range(len(page.body)):
                    if site.closing.is_set():
                        return
                    self.wfile.write(page.body[at : at + 1])
                    time.sleep(page.pause)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler
