"""An answer that ends before its end is no answer: whoever reads it is told."""

from __future__ import annotations

from http.client import HTTPConnection, IncompleteRead

import pytest

from tests.server.running import PATIENCE_SECONDS, Served


def test_a_stream_that_fails_is_an_error_to_its_reader(tiny: Served) -> None:
    connection = HTTPConnection("127.0.0.1", tiny.port, timeout=PATIENCE_SECONDS)
    connection.request("GET", "/torn")
    answer = connection.getresponse()
    assert answer.status == 200
    with pytest.raises(IncompleteRead) as cut:
        answer.read()
    assert cut.value.partial == b"a whole row\n"
    connection.close()


def test_an_export_that_is_whole_ends_as_one(served: Served) -> None:
    exported = served.ask("/v1/exports/facts")
    assert (exported.status, exported.headers["transfer-encoding"]) == (200, "chunked")
    assert exported.body.count(b"\n") >= 80
    assert served.ask("/v1/exports/facts", "HEAD").headers["etag"] == exported.headers["etag"]
