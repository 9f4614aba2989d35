"""The gateway from ASGI, which the server speaks, to WSGI, which the app speaks: environments and replies."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import HTTPException

from api.protocol.waiting import FOLLOW, FRONT, HOLD

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

Scope = Mapping[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_ALWAYS = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
    # Werkzeug's: whoever reads on finds the end of the body.
    "wsgi.input_terminated": True,
    FRONT: True,
}
#: What headers are called in the environment and in an answer. The same few come again and again.
_VARIABLES = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
_NAMES: dict[str, bytes] = {}
_MOST_NAMES = 1000
_LENGTH = "Content-Length"
_TOLD = frozenset((_LENGTH, HOLD, FOLLOW))


class Chunks:
    """The chunks of a reply. Each may be asked for in another thread; all find the context of the call."""

    def __init__(self, iterable: Iterable[bytes], context: Context) -> None:
        """Take what the app gave, and the context that the app was called in."""
        self._iterable, self._iterator, self._context = iterable, iter(iterable), context

    def next(self) -> bytes | None:
        """Give the next chunk, or None after the last one."""
        try:
            return self._context.run(next, self._iterator, None)
        except HTTPException:
            return None  # the client has left its request unfinished: the answer ends here, too late to say why

    def close(self) -> None:
        """Tell the app that no more will be asked for."""
        self._context.run(_close, self._iterable)


@dataclass(slots=True)
class Reply:
    """What the app answered: status, headers, and a body that is whole or comes in chunks."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    chunks: Chunks | None
    #: For how many seconds the request is to be held, and the address at which a stream goes on.
    hold: float | None
    follow: str | None

    @property
    def is_plain(self) -> bool:
        """Whether nothing is left to do but to send it."""
        return self.chunks is None and self.hold is None and self.follow is None


def make_environment(scope: Scope, body: Any = None) -> WSGIEnvironment:
    """Make the environment of a request. `body` is a file."""
    path: bytes = scope["raw_path"]
    host, port = scope["server"]
    client = scope["client"]
    environ: WSGIEnvironment = {
        **_ALWAYS,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": "HTTP/" + scope["http_version"],
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body or BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    for name, value in scope["headers"]:
        variable = _VARIABLES.get(name) or _variable(name)
        text = value.decode("latin-1")
        environ[variable] = f"{environ[variable]},{text}" if variable in environ else text
    return environ


def call(app: WSGIApplication, environ: WSGIEnvironment) -> Reply:
    """Call the app, which must start its answer before it returns. A body whose length it tells is taken whole."""
    context = Context()
    return context.run(_call, app, environ, context)


def _call(app: WSGIApplication, environ: WSGIEnvironment, context: Context) -> Reply:
    status, lines = "", list[tuple[str, str]]()

    def start(line: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
        nonlocal status, lines
        status, lines = line, headers
        return _write

    result = app(environ, start)
    headers, told = [], {}
    for name, value in lines:
        if name in _TOLD:
            told[name] = value
            if name != _LENGTH:
                continue  # meant for the front
        headers.append((_NAMES.get(name) or _name(name), value.encode("latin-1")))
    body, chunks = b"", None
    if isinstance(result, list | tuple):
        body = result[0] if len(result) == 1 else b"".join(result)
    elif told:
        body = _join(result)
    else:
        chunks = Chunks(result, context)
    hold = float(told[HOLD]) if HOLD in told else None
    return Reply(int(status[:3]), headers, body, chunks, hold, told.get(FOLLOW))


def _join(iterable: Iterable[bytes]) -> bytes:
    try:
        return b"".join(iterable)
    finally:
        _close(iterable)


def _close(iterable: Iterable[bytes]) -> None:
    if close := getattr(iterable, "close", None):
        close()


def _write(_: bytes) -> NoReturn:
    raise NotImplementedError("An answer's body is what the app returns.")


def _variable(name: bytes) -> str:
    variable = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
    if len(_VARIABLES) < _MOST_NAMES:
        _VARIABLES[name] = variable
    return variable


def _name(name: str) -> bytes:
    return _NAMES.setdefault(name, name.lower().encode("latin-1"))
