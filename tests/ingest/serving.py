"""A store served over real HTTP by a thread, for programs that read it as any client does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from api import create_app
from api.settings import Settings
from api.store.opening import Store

#: Apps that serve nobody at the moment: making one takes longer than most tests.
_IDLE: list[Flask] = []


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(store: Store, **settings: Any) -> Iterator[str]:
    """Serve a store on a free port, with settings of its own if any are given; give the address."""
    app = _IDLE.pop() if _IDLE and not settings else create_app(Settings(access_log=False, **settings), store)
    app.extensions["newsfacts"] = store
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        if not settings:
            _IDLE.append(app)
