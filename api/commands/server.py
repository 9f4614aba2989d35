"""The server."""

from __future__ import annotations

import resource
import socket
from contextlib import nullcontext

import click

from api.commands.sheets import store_seeds
from api.commands.stores import fail, read_settings, ready_store
from api.delivery.attending import attended_worker
from api.settings import Settings

#: Open files that are no client's: the database's, the program's own.
_OTHER_FILES = 200


@click.command()
@click.option("--host", help="Address to listen on; NEWSFACTS_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; NEWSFACTS_PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1, 64), help="Server processes; NEWSFACTS_WORKERS, else 1.")
@click.option("--seed", "with_seeds", is_flag=True, help="Bring the tables up to date and store the seeds first.")
def serve(host: str | None, port: int | None, workers: int | None, with_seeds: bool) -> None:
    """Serve the API, its OpenAPI document and Swagger UI.

    With SQLite the tables are brought up to date first, and a worker does what `newsfacts work` does: it drafts facts
    and delivers webhooks. A PostgreSQL server is upgraded by `newsfacts upgrade` alone, and has workers of its own.

    \b
    Example:
      newsfacts serve --port 8080
    """
    settings = read_settings()
    host, port = host or settings.host, port or settings.port
    _refuse_taken_port(host, port)
    with ready_store(upgrade=with_seeds) as store:
        if with_seeds:
            store_seeds(store)
        has_worker = store.is_embedded()
    shown = f"http://{host}:{port}"
    click.echo(f"API         {shown}/v1/facts\nSwagger UI  {shown}/docs\nOpenAPI     {shown}/openapi.yaml")
    with attended_worker() if has_worker else nullcontext():
        run_server("api.server:create_server", host, port, workers or settings.workers, settings)


def run_server(front: str, host: str, port: int, workers: int, settings: Settings) -> None:
    """Serve a front, named as MODULE:FUNCTION that makes it, until the process is told to end."""
    from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        front,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=workers,
        runtime_mode=RuntimeModes.mt,
        loop=Loops.asyncio,
        # With HTTP/2 as well, a connection that never says anything would never be closed.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=settings.request_timeout * 1000),
        websockets=False,
        backpressure=_allow_connections(settings.connections),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        # A worker that is told to stop while it starts does not hear it.
        workers_kill_timeout=10,
    ).serve()


def _allow_connections(wanted: int) -> int:
    """Raise the limit of open files as far as it may be, and tell how many connections fit under it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted + _OTHER_FILES:
        soft = wanted + _OTHER_FILES if hard == resource.RLIM_INFINITY else min(wanted + _OTHER_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(soft - _OTHER_FILES, 1)
    return wanted


def _refuse_taken_port(host: str, port: int) -> None:
    """See that nobody listens there: the server itself would share the port with another one of its kind."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port or NEWSFACTS_PORT.")
