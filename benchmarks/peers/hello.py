"""A bare Flask view behind granian, by the way that is shortest for it: what Flask costs by itself.

Run as: python -m benchmarks.peers.hello PORT WORKERS THREADS
"""

from __future__ import annotations

import sys

from flask import Flask, Response
from granian.constants import Interfaces, RuntimeModes
from granian.log import LogLevels
from granian.server import Server


def create_app() -> Flask:
    """Make the app that does nothing."""
    app = Flask("hello", static_folder=None)

    @app.get("/hello")
    def hello() -> Response:
        return Response(b'{"hello":"world"}', content_type="application/json")

    return app


def main() -> None:
    """Serve it."""
    port, workers, threads = map(int, sys.argv[1:])
    Server(
        "benchmarks.peers.hello:create_app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=threads,
        runtime_mode=RuntimeModes.mt,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


if __name__ == "__main__":
    main()
