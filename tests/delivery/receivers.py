"""A receiver of webhooks: a server in a thread, which does what a test tells it and remembers what it was sent."""

from __future__ import annotations

import ssl
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

import orjson
from standardwebhooks import Webhook


@dataclass(frozen=True)
class Answer:
    """What to answer: at once, or after some seconds, or the head a byte at a time with a pause before each."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0
    pause: float = 0.0
    body: bytes = b""


@dataclass(frozen=True)
class Message:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def type(self) -> str:
        return str(self.json["type"])

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    def verify(self, secret: str) -> None:
        """Raise WebhookVerificationError unless it was signed with the secret, just now."""
        Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """Gives the scripted answers in turn, then always the last word: 204, unless told otherwise."""

    def __init__(self, port: int = 0) -> None:
        self.messages: list[Message] = []
        self.script: deque[Answer] = deque()
        self.else_ = Answer()
        self.closing = Event()
        #: How many messages were waiting for their answers at the same time, at the most.
        self.busiest = 0
        self._busy = 0
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.messages]

    def told(self, after: int = 0) -> list[str]:
        """List of what it was told, in the order of the feed: messages may overtake each other on their way."""
        return [message.data["id"] for message in sorted(self.messages[after:], key=lambda message: message.id)]

    def say(self, *answers: Answer, else_: Answer | None = None) -> None:
        self.script = deque(answers)
        self.else_ = else_ or Answer()

    def speak_tls(self, context: ssl.SSLContext) -> None:
        """From now on, take nothing but TLS."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def close(self) -> None:
        """Stop: whoever sends from now on is refused the connection."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _receive(self, message: Message) -> Answer:
        with self._lock:
            self.messages.append(message)
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
            return self.script.popleft() if self.script else self.else_

    def _answered(self) -> None:
        with self._lock:
            self._busy -= 1

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805 (the handler has a self of its own)
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = receiver._receive(Message(self.path, headers, body))
                receiver.closing.wait(answer.after)
                receiver._answered()
                with suppress(OSError):  # the sender may have gone
                    self._answer(answer)

            def _answer(self, answer: Answer) -> None:
                lines = {"Content-Length": str(len(answer.body)), **answer.headers}
                head = f"HTTP/1.1 {answer.status} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n"
                if not answer.pause:
                    self.wfile.write(head.encode() + answer.body)
                    return
                for byte in head.encode():
                    if receiver.closing.is_set():
                        return
                    self.wfile.write(bytes([byte]))
                    time.sleep(answer.pause)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler
