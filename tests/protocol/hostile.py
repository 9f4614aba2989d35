"""Bodies that nobody sends by mistake. Run as a program, it prints how much memory an app takes to refuse them all."""

from __future__ import annotations

import re
import tempfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from api import create_app
from api.settings import Settings
from api.store import keys
from api.store.opening import open_store

_MIB = 1024 * 1024


def bodies() -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """Give each body with its name and the headers to send it with."""
    for name, body in (
        ("empty", b""),
        ("a space", b" "),
        ("cut", b'{"article": {"id"'),
        ("more than one value", b"{}{}"),
        ("NaN", b'{"article": NaN}'),
        ("Infinity", b"[Infinity, -Infinity]"),
        ("1e999", b'{"article": 1e999}'),
        ("a number of 10,000 digits", b'{"article": %b}' % (b"9" * 10_000)),
        ("not UTF-8", b'{"article": "\xff\xfe"}'),
        ("overlong UTF-8", b'{"article": "\xc0\x80"}'),
        ("UTF-16", '{"article": "x"}'.encode("utf-16")),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
        ("a NUL", b'{"article": "\\u0000"}'),
        ("a NUL in a name", b'{"\\u0000": 1}'),
        ("a bare NUL", b'{"article": "\x00"}'),
        ("a lone surrogate", b'{"article": "\\ud800"}'),
        ("a lone surrogate in a name", b'{"\\udc00": 1}'),
        ("surrogates in UTF-8", b'{"article": "\xed\xa0\x80"}'),
        ("two members of one name", b'{"article": "x", "article": "y"}'),
        ("two members of one name, one escaped", b'{"article": "x", "\\u0061rticle" : "y"}'),
        ("two members of one name, deep", b'{"article": {"a": [{"b": ": ", "b":2}]}}'),
        ("a name that Python knows", b'{"__proto__": {}, "__class__": 1, "constructor": []}'),
        ("null", b"null"),
        ("a list", b"[]"),
        ("a number", b"5"),
        ("65 levels", b'{"article":' * 65 + b"1" + b"}" * 65),
        ("1,000 levels", b"[" * 1000 + b"]" * 1000),
        ("100,000 levels", b"[" * 100_000 + b"]" * 100_000),
        ("100,000 levels of objects", b'{"a":' * 100_000),
        ("2 MB of spaces", b" " * (2 * _MIB)),
        ("2 MB of a string", b'"' + b"a" * (2 * _MIB) + b'"'),
        ("2 MB of a member", b'{"article": "' + b"a" * (2 * _MIB) + b'"}'),
        ("2 MB of a name", b'{"' + b"a" * (2 * _MIB) + b'": 1}'),
        ("2 MB of lists", b"[" + b"[]," * (2 * _MIB // 3) + b"[]]"),
        ("2 MB of numbers", b"[" + b"1.5," * (_MIB // 2) + b"1]"),
        ("2 MB of names", b"{" + b",".join(b'"%d":1' % n for n in range(200_000)) + b"}"),
        ("2 MB of events", b'{"events": [' + b"{}," * (2 * _MIB // 3) + b"{}]}"),
        ("many events", b'{"article": {}, "events": [' + b"{}," * 100_000 + b"{}]}"),
        ("many unknown members", b"{" + b",".join(b'"evidense%d":1' % n for n in range(10_000)) + b"}"),
    ):
        yield name, body, {}
    bomb = _bomb()
    for encoding in ("gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip"):
        yield f"{encoding}, a bomb", bomb, {"Content-Encoding": encoding}
    yield "a bomb, not told", bomb, {}


def _bomb() -> bytes:
    """Press 256 MiB into a few hundred KiB, without ever holding them."""
    press = zlib.compressobj(wbits=31)
    parts = [press.compress(b'{"article": "'), *(press.compress(b"a" * _MIB) for _ in range(256))]
    return b"".join((*parts, press.flush()))


def _most_memory() -> int:
    """Tell how many KiB of memory this process had at the most."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


def _grow() -> float:
    """Send everything to an app of its own; give by how many MiB its memory grew at the most."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/hostile.db")
        store.upgrade()
        key = store.write(partial(keys.create, name="x", scopes=("admin",)))
        client = create_app(Settings(access_log=False), store).test_client()
        headers = {"Authorization": f"Bearer {key}"}
        client.post("/v1/fact-sheets", json={}, headers=headers)
        sent = list(bodies())
        Path("/proc/self/clear_refs").write_text("5")  # what it had at the most is counted anew
        before = _most_memory()
        for name, body, more in sent:
            for path in ("/v1/fact-sheets", "/v1/articles?extract=false", "/v1/verify"):
                response = client.post(path, data=body, headers={**headers, **more}, content_type="application/json")
                assert 400 <= response.status_code < 500, (name, path, response.status_code)
        store.close()
        return (_most_memory() - before) / 1024


if __name__ == "__main__":
    print(round(_grow()))
