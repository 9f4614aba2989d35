"""Fetching: the page at a URL that a stranger may have chosen.

It may be slow, huge, something else than a page, or lead into the network that this server stands in: it costs some
seconds and some megabytes at the most, and what is wrong with it is said.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from urllib.parse import urljoin

from requests import Response

from api.delivery.connecting import FAILURES, explain, open_session
from api.delivery.hosts import OwnHosts, objection
from api.delivery.retrying import seconds_asked_for
from api.jobs.refusal import JobError, PassingError
from schemas.job import HTML_LENGTH
from schemas.webhook import URL_PATTERN

_REDIRECTS = 5
#: Bytes of the largest page, unpacked.
_LARGEST = HTML_LENGTH
_CHUNK = 64 * 1024
_HTML, _PLAIN = ("text/html", "application/xhtml+xml"), "text/plain"
_PASSING = (408, 425, 429)
#: Names of encodings that text on the web has; Python knows others, which cost what their author likes.
_ENCODING = re.compile(
    r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|latin-?1|iso-?8859-[0-9]{1,2}|windows-(874|125[0-8])|cp125[0-8]|"
    r"koi8-[ru]|gb2312|gbk|gb18030|big5|euc-(jp|kr)|shift_jis|iso-2022-jp|macintosh"
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_-]{1,40})", re.IGNORECASE)
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True)
class Page:
    """What was at a URL, or where that led: the bytes as received, and as text."""

    url: str
    body: bytes
    text: str
    is_html: bool


class Fetcher:
    """Fetches pages; to be shared by threads."""

    def __init__(self, own_hosts: OwnHosts, timeout: float) -> None:
        """Take the hosts of one's own that may be asked, and how many seconds fetching a page may take."""
        self._own_hosts = own_hosts
        self._timeout = timeout

    def fetch(self, url: str) -> Page:
        """Fetch a page, following redirects. Raises JobError, PassingError for what may go better next time."""
        end = monotonic() + self._timeout
        for _ in range(_REDIRECTS + 1):
            found = self._ask(url, end)
            if isinstance(found, Page):
                return found
            url = found
        raise _failed(f"It leads from one URL to the next more than {_REDIRECTS} times.")

    def _ask(self, url: str, end: float) -> Page | str:
        """Fetch a page, or tell where it is instead."""
        if not re.fullmatch(URL_PATTERN, url):
            raise _failed("It leads to something that is no absolute URL of http or https.")
        if found := objection(url, self._own_hosts):
            raise _failed(found)
        left = max(end - monotonic(), 0.01)
        accepted = {"Accept": ", ".join((*_HTML, f"{_PLAIN};q=0.5")), "Accept-Encoding": "gzip"}
        try:
            with (
                open_session(self._own_hosts, left) as session,
                session.get(url, headers=accepted, stream=True) as response,
            ):
                return _target(response) or self._read(url, response, end)
        except JobError:
            raise
        except FAILURES as error:
            failure = explain(error, self._timeout, late=monotonic() >= end)
            raise (_failed if failure.final else _failed_now)(failure.detail) from error

    def _read(self, url: str, response: Response, end: float) -> Page:
        kind, _, parameters = response.headers.get("Content-Type", "").partition(";")
        kind = kind.strip().lower()
        if kind not in (*_HTML, _PLAIN):
            raise _failed(f"It is neither HTML nor plain text, but {kind[:100] or 'of a type that it does not tell'}.")
        body = b"".join(self._chunks(response, end))
        charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", parameters, re.ASCII | re.IGNORECASE)
        return Page(url, body, _decoded(body, charset.group(1) if charset else None), kind != _PLAIN)

    def _chunks(self, response: Response, end: float) -> Iterator[bytes]:
        size = 0
        for chunk in _unpacked(response):
            if monotonic() >= end:
                raise _failed_now(f"It took longer than {self._timeout:g} s.")
            size += len(chunk)
            if size > _LARGEST:
                raise _failed(f"It is larger than {_LARGEST:,} bytes.")
            yield chunk


def _target(response: Response) -> str | None:
    """Tell where an answer leads; None for the page itself. Raises JobError for any other answer."""
    status = response.status_code
    if status in (301, 302, 303, 307, 308) and (place := response.headers.get("Location")):
        return urljoin(str(response.url), place).partition("#")[0]
    if 200 <= status < 300:
        return None
    detail = f"The answer was {status}{f' {response.reason}' if response.reason else ''}."
    if status >= 500 or status in _PASSING:
        asked = seconds_asked_for(response.headers.get("Retry-After"), datetime.now(UTC))
        raise PassingError("not-fetched", detail, asked)
    raise _failed(detail)


def _unpacked(response: Response) -> Iterator[bytes]:
    """Read an answer in pieces that are never large, however well it was packed."""
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise _failed(f"It is packed in a way that was not asked for: {packing[:50]}.")
    raw: Any = response.raw
    # 16 is for the head of gzip.
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in packing else None
    while chunk := raw.read1(_CHUNK, decode_content=False):
        while unpacker and chunk:
            try:
                yield unpacker.decompress(chunk, _CHUNK)
            except zlib.error as error:
                raise _failed("It cannot be unpacked.") from error
            chunk = unpacker.unconsumed_tail
        yield chunk


def _decoded(body: bytes, declared: str | None) -> str:
    """Read bytes as text: by their mark, what the head of the answer or of the page says, or else as the web is."""
    mark = next((encoding for mark, encoding in _MARKS.items() if body.startswith(mark)), None)
    meta = _META.search(body, 0, 4096)
    for name in (mark, declared, meta and meta.group(1).decode(), "utf-8"):
        if name and _ENCODING.fullmatch(name.lower()):
            try:
                return body.decode(name).removeprefix("\ufeff")
            except (UnicodeDecodeError, LookupError):
                continue
    return body.decode("windows-1252", errors="replace")


def _failed(detail: str) -> JobError:
    return JobError("not-fetched", detail)


def _failed_now(detail: str) -> JobError:
    return PassingError("not-fetched", detail)
