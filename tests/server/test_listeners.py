"""Listeners: requests that are held until something changes, and streams that go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.server.running import Client, Served, eventually


def _change(tiny: Served) -> int:
    return int(tiny.ask("/change", "POST", b"x").json)


def _asked(tiny: Served) -> int:
    return int(tiny.ask("/state").json["asked"])


def _follow(tiny: Served, path: str = "/stream", headers: str = "") -> Client:
    client = tiny.connect(f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n")
    client.receive_until(b"retry: 3000\n\n")
    return client


def test_a_request_is_held_until_something_changes(tiny: Served) -> None:
    now = _change(tiny)
    with ThreadPoolExecutor() as clients:
        held = [clients.submit(tiny.ask, f"/held?wanted={now + 2}&seconds=600") for _ in range(20)]
        before = _asked(tiny)
        eventually(lambda: _asked(tiny) >= before)
        _change(tiny)
        assert not any(each.done() for each in held)
        assert _change(tiny) == now + 2
        answers = [each.result() for each in held]
    assert [each.json for each in answers] == [{"revision": now + 2, "waited": False}] * 20
    assert all("x-newsfacts-wait" not in each.headers for each in answers)


def test_a_request_is_held_no_longer_than_asked_for(tiny: Served) -> None:
    answer = tiny.ask("/held?wanted=1000000&seconds=0.3")
    assert answer.json["waited"] is True
    assert "x-newsfacts-wait" not in answer.headers


def test_what_changes_while_a_request_comes_in_is_not_missed(tiny: Served) -> None:
    """Each request wants the very next change, which comes at about the same time."""
    with ThreadPoolExecutor(2) as clients:
        for _ in range(30):
            wanted = tiny.ask("/state").json["revision"] + 1
            held = clients.submit(tiny.ask, f"/held?wanted={wanted}&seconds=600")
            clients.submit(_change, tiny)
            assert held.result().json["revision"] >= wanted


def test_a_stream_tells_every_change_in_its_order(tiny: Served) -> None:
    with _follow(tiny) as client:
        first = _change(tiny)
        client.receive_until(b"data: %d\n\n" % first)
        for _ in range(7):
            last = _change(tiny)
        received = client.receive_until(b"data: %d\n\n" % last)
    told = [line for line in received.splitlines() if line.startswith(b"data")]
    assert told == [b"data: %d" % each for each in range(first + 1, last + 1)]


def test_a_stream_has_no_length_and_shows_none_of_the_fronts_headers(tiny: Served) -> None:
    with tiny.connect("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        head = client.receive_until(b"\r\n\r\n").lower()
    assert b"content-type: text/event-stream" in head
    assert b"content-length" not in head
    assert b"newsfacts" not in head
    asked_for_its_head = tiny.ask("/stream", "HEAD")
    assert (asked_for_its_head.status, asked_for_its_head.body) == (200, b"")
    assert not [name for name in asked_for_its_head.headers if "newsfacts" in name]


def test_an_idle_stream_is_kept_alive(impatient: Served) -> None:
    with _follow(impatient) as client:
        for _ in range(3):
            assert client.receive_until(b":\n\n").endswith(b"\r\n:\n\n")


def test_listeners_of_one_address_and_key_are_one_question(tiny: Served) -> None:
    callers = ["nobody", "somebody"] * 50
    with ExitStack() as connected:
        followed = [_follow(tiny, headers=f"Authorization: {caller}\r\n") for caller in callers]
        clients = [connected.enter_context(client) for client in followed]
        for _ in range(2):
            before = _asked(tiny)
            last = _change(tiny)
            for caller, client in zip(callers, clients, strict=True):
                told = client.receive_until(b"data: %d\n\n" % last)
                assert f"event: {caller}\n".encode() in told
        assert _asked(tiny) - before < 20


def test_nobody_is_asked_when_nobody_listens(tiny: Served) -> None:
    """Neither by those who left while they were held, nor by streams whose clients have gone."""
    for _ in range(20):
        _follow(tiny).socket.close()
        tiny.connect("GET /held?wanted=1000000&seconds=600 HTTP/1.1\r\nHost: x\r\n\r\n").socket.close()

    def is_quiet() -> bool:
        before = _asked(tiny)
        now = _change(tiny)
        with _follow(tiny, f"/stream?after={now}") as client:
            last = _change(tiny)
            client.receive_until(b"data: %d\n\n" % last)
        return _asked(tiny) - before < 8

    eventually(is_quiet)


def test_a_server_that_stops_answers_those_who_are_held_and_ends_streams(fleeting: Served) -> None:
    with ThreadPoolExecutor() as clients:
        held = clients.submit(fleeting.ask, "/held?wanted=9&seconds=600")
        eventually(lambda: _asked(fleeting) > 0)
        with _follow(fleeting) as client:
            assert fleeting.stop() == 0
            assert client.receive_to_the_end().endswith(b"0\r\n\r\n")
        assert held.result().json == {"revision": 0, "waited": True}
