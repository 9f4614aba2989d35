"""The front: what an app behind it finds, what clients are sent, and who may keep whom waiting."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from tests.ingest.sheets import event, sheet_of
from tests.server.running import Served, eventually
from tests.server.tiny import CHUNK, LARGEST_BODY, MOST_THREADS

# What the app finds.


def test_the_app_finds_the_request_as_wsgi_has_it(tiny: Served) -> None:
    head = "GET /environment?q=%C3%A9+%2F&&x HTTP/1.1\r\nHost: here:1\r\n"
    with tiny.connect(f"{head}X-Two: a\r\nx-two: b\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n") as client:
        client.receive_until(b"\r\n\r\n")
        found = json.loads(client.receive_until(b"}"))
    expected = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/environment",
        "QUERY_STRING": "q=%C3%A9+%2F&&x",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(tiny.port),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "here:1",
        "HTTP_X_TWO": "a,b",
        "HTTP_X_FORWARDED_FOR": "9.9.9.9",
    }
    assert found == expected


@pytest.mark.parametrize(
    "raw, found",
    [
        ("/%65nvironment", "/environment"),
        ("/environment/%2F", "/environment//"),
        ("/environment/", "/environment/"),
    ],
)
def test_a_path_is_decoded(tiny: Served, raw: str, found: str) -> None:
    assert tiny.ask(raw).json["PATH_INFO"] == found


def test_a_path_that_is_not_utf_8_keeps_its_bytes(served: Served) -> None:
    assert served.ask("/v1/facts/%FF%C3%A9").status == 404
    assert served.ask("/v1/facts/%FF%C3%A9").json["instance"] == "/v1/facts/\ufffdé"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_body_is_there_however_it_is_sent(tiny: Served, method: str) -> None:
    body = bytes(range(256)) * 1000
    expected = {"bytes": len(body), "sum": sum(body)}
    assert tiny.ask("/echo", method, body).json == expected
    parts = iter([body[:1], body[1:70_000], body[70_000:]])
    assert tiny.ask("/echo", method, parts, {"Transfer-Encoding": "chunked"}).json == expected
    assert tiny.ask("/echo", method).json == {"bytes": 0, "sum": 0}
    assert tiny.ask("/environment", method, b"{}", {"Content-Type": "a/b"}).json["CONTENT_TYPE"] == "a/b"
    assert tiny.ask("/environment", method, b"{}").json["CONTENT_LENGTH"] == "2"


def test_a_client_that_waits_for_100_is_told_to_go_on(tiny: Served) -> None:
    with tiny.connect("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n") as client:
        assert client.receive_until(b"\r\n\r\n").startswith(b"HTTP/1.1 100")
        client.send("ab")
        assert client.receive_until(b"\r\n\r\n").startswith(b"HTTP/1.1 200")


# What clients are sent.


def test_an_answer_is_sent_as_the_app_gave_it(tiny: Served) -> None:
    got, head = tiny.ask("/environment"), tiny.ask("/environment", "HEAD")
    assert (got.status, got.headers["x-tiny"], int(got.headers["content-length"])) == (200, "yes", len(got.body))
    assert (head.status, head.headers["x-tiny"], head.body) == (200, "yes", b"")
    assert int(head.headers["content-length"]) > 0


def test_one_connection_carries_many_requests(tiny: Served) -> None:
    with tiny.connect() as client:
        for method in ("GET", "HEAD", "GET"):
            client.send(f"{method} /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.receive_until(b"\r\n\r\n").startswith(b"HTTP/1.1 200")
            if method == "GET":
                client.receive_until(b'"alive"')


def test_an_app_that_fails_gives_500_and_serves_on(tiny: Served) -> None:
    for method, body in (("GET", None), ("POST", b"x")):
        answer = tiny.ask("/fail", method, body)
        assert answer.status == 500
        assert b"as asked" not in answer.body
    assert tiny.ask("/environment").status == 200


def test_chunks_are_sent_as_they_come(tiny: Served) -> None:
    answer = tiny.ask("/chunks")
    assert (answer.status, answer.body) == (200, b"one two three")
    assert "content-length" not in answer.headers


def test_no_more_is_made_than_a_slow_client_takes(tiny: Served) -> None:
    """What is sent without being read stays within what sockets and the server hold."""
    with tiny.connect("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        client.receive_until(b"\r\n\r\n")
        made: list[int] = []

        def stands_still() -> bool:
            made.append(tiny.ask("/state").json["produced"])
            return len(made) > 10 and made[-1] == made[-10]

        eventually(stands_still)
        assert made[-1] * len(CHUNK) < 100_000_000
    eventually(lambda: tiny.ask("/state").json["closed"])


def test_a_short_request_passes_the_loop_by(tiny: Served) -> None:
    """This is what makes it cheap; it depends on how granian hands requests over."""
    before = tiny.ask("/state").json["runs"]
    for _ in range(5):
        tiny.ask("/environment")
        tiny.ask("/environment", "DELETE")
    assert tiny.ask("/state").json["runs"] == before
    tiny.ask("/echo", "POST", b"x")
    assert tiny.ask("/state").json["runs"] == before + 1


# Bodies that are too large or too slow.


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(tiny: Served, chunked: bool) -> None:
    head = "POST /echo HTTP/1.1\r\nHost: x\r\n"
    if chunked:
        sent = head + "Transfer-Encoding: chunked\r\n\r\n" + f"{LARGEST_BODY + 1:x}\r\n" + "x" * (LARGEST_BODY + 1)
    else:
        sent = f"{head}Content-Length: {LARGEST_BODY + 1}\r\n\r\n"
    with tiny.connect(sent) as client:
        assert client.receive_until(b"\r\n").startswith(b"HTTP/1.1 413")
    assert tiny.ask("/echo", "POST", b"x" * LARGEST_BODY).json["bytes"] == LARGEST_BODY


@pytest.mark.parametrize("framing", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson"])
def test_a_body_that_is_too_slow_ends_with_408(impatient: Served, framing: str, content_type: str) -> None:
    head = f"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n{framing}\r\n\r\n"
    with impatient.connect(f"{head}3\r\n123\r\n") as client:
        assert b"HTTP/1.1 408" in client.receive_to_the_end()


def test_who_does_not_read_a_slow_body_answers_all_the_same(impatient: Served) -> None:
    with impatient.connect("POST /deaf HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc") as client:
        assert b"HTTP/1.1 200" in client.receive_to_the_end()


def test_a_connection_that_never_asks_is_closed(impatient: Served) -> None:
    for sent in ("", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n"):
        with impatient.connect(sent) as client:
            assert b" 200 " not in client.receive_to_the_end()


def test_what_is_no_body_is_told(tiny: Served) -> None:
    with tiny.connect("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n") as client:
        assert client.receive_until(b"\r\n").startswith(b"HTTP/1.1 400")


def test_a_body_that_is_cut_off_is_never_seen_by_the_app(tiny: Served) -> None:
    before = tiny.ask("/state").json["revision"]
    with tiny.connect("POST /change HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"):
        pass
    with tiny.connect("POST /change HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"):
        pass
    assert tiny.ask("/change", "POST", b"whole").json == before + 1


# Batches.


def test_a_batch_is_answered_line_by_line_while_it_is_sent(tiny: Served) -> None:
    head = "POST /lines HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    with tiny.connect(head) as client:
        for length in (1, 10, 300_000):
            client.send(f"{length + 1:x}\r\n{'x' * length}\n\r\n")
            client.receive_until(b"\r\n%d\n\r\n" % (length + 1))
        client.send("3\r\nend\r\n0\r\n\r\n")
        client.receive_until(b"\r\n3\n\r\n0\r\n\r\n")


def test_no_more_of_a_batch_is_taken_in_than_is_worked_on(tiny: Served) -> None:
    """A client that does not read its answer is not read either."""
    head = "POST /lines HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = f"{60_000:x}\r\n" + ("x" * 5 + "\n") * 10_000 + "\r\n"
    with tiny.connect(head) as client:
        client.socket.settimeout(2)
        sent = 0
        with suppress(TimeoutError):
            for _ in range(2000):
                client.send(chunk)
                sent += len(chunk)
        assert sent < 50_000_000
    assert tiny.ask("/environment").status == 200


def test_batches_that_wait_for_their_clients_hold_no_thread(tiny: Served) -> None:
    head = "POST /lines HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    with ExitStack() as open_:
        clients = [open_.enter_context(tiny.connect(head + "3\r\nab\n\r\n2\r\nab\r\n")) for _ in range(20)]
        for client in clients:
            client.receive_until(b"\r\n3\n\r\n")
        assert tiny.ask("/echo", "POST", b"abc").json["bytes"] == 3
        for client in clients:
            client.send("1\r\n\n\r\n0\r\n\r\n")
            client.receive_until(b"\r\n3\n\r\n0\r\n\r\n")


def test_a_batch_of_sheets_is_stored_line_by_line(served: Served, key: str) -> None:
    """The app's own batches go on in one thread after the other, and still know whose request they are."""
    head = "POST /v1/fact-sheets HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
    with served.connect(f"{head}Authorization: Bearer {key}\r\nTransfer-Encoding: chunked\r\n\r\n") as client:
        for number in range(1, 6):
            line = json.dumps(sheet_of(f"Batch {number}.", event("Batch", id=f"batch-{number}"), article=f"b-{number}"))
            client.send(f"{len(line) + 1:x}\r\n{line}\n\r\n")
            client.receive_until(b'{"line":%d,"status":201,' % number)
            assert served.ask(f"/v1/facts/batch-{number}").status == 200
        client.send("0\r\n\r\n")
        client.receive_until(b"0\r\n\r\n")


# Who may keep whom waiting.


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_requests_that_are_held_up_leave_threads_for_others(tiny: Served, method: str) -> None:
    """As many as may be held up are; readers and writers do not wait for each other, /healthz waits for nobody."""
    body = b"x" if method == "POST" else None
    with ThreadPoolExecutor(MOST_THREADS + 1) as clients:
        held_up = [clients.submit(tiny.ask, "/block", method, body) for _ in range(MOST_THREADS - 1)]
        assert tiny.ask("/environment", method, body).status == 200
        held_up += [clients.submit(tiny.ask, "/block", method, body) for _ in range(2)]
        assert tiny.ask("/healthz").json == "alive"
        other = "DELETE" if method == "GET" else "GET"

        def are_released() -> bool:
            tiny.ask("/release", other)
            return all(each.done() for each in held_up)

        eventually(are_released)
        assert [each.result().json for each in held_up] == ["released"] * (MOST_THREADS + 1)
