"""The explorer: web pages over the API, from files of this package and of flask-swagger-ui; nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

import flask_swagger_ui
import orjson
from flask import Flask, Response, abort, send_from_directory

from api.protocol.answers import answer
from api.protocol.openapi import Document, to_yaml
from api.protocol.problems import KINDS, Kind
from api.store.documents import etag

HTML = "text/html; charset=utf-8"
#: Pages load nothing but what this server serves; Swagger UI writes styles of its own into the page.
HTML_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    # For browsers that do not know frame-ancestors.
    "X-Frame-Options": "DENY",
}

_PAGES = files("api.explorer") / "pages"
_SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
_ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")


def install(app: Flask, document: Document) -> None:
    """Serve the OpenAPI document, Swagger UI to browse it, and a page about each kind of problem."""
    as_json = orjson.dumps(document)

    @cache
    def as_yaml() -> bytes:
        # Writing it takes longer than all else that an app does as it starts, and few ever ask.
        return to_yaml(document).encode()

    @app.get("/")
    def front() -> Response:
        return Response(status=302, headers={"Location": "/docs"})

    @app.get("/openapi.json")
    def openapi_json() -> Response:
        return answer(as_json, etag(as_json))

    @app.get("/openapi.yaml")
    def openapi_yaml() -> Response:
        return answer(as_yaml(), etag(as_yaml()), "application/yaml")

    @app.get("/docs")
    def docs() -> Response:
        page = (_PAGES / "docs.html").read_bytes()
        return answer(page, etag(page), HTML, HTML_HEADERS)

    @app.get("/docs/start.js")
    def docs_start() -> Response:
        script = (_PAGES / "start.js").read_bytes()
        return answer(script, etag(script), "text/javascript; charset=utf-8")

    @app.get("/docs/<any" + str(_ASSETS).replace("'", '"') + ":name>")
    def docs_asset(name: str) -> Response:
        return send_from_directory(_SWAGGER_UI, name, max_age=3600)

    @app.get("/problems/<slug>")
    def problem_page(slug: str) -> Response:
        if slug not in KINDS:
            abort(404)
        page = _about(KINDS[slug]).encode()
        return answer(page, etag(page), HTML, HTML_HEADERS)


def _about(kind: Kind) -> str:
    listed = "".join(f'<li><a href="/problems/{each.slug}">{escape(each.title)}</a></li>' for each in KINDS.values())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(kind.title)} - newsfacts</title>"
        f"<h1>{escape(kind.title)}</h1><p>HTTP status {kind.status}.</p>"
        f"<p>{escape(kind.meaning)}</p><p>{escape(kind.remedy)}</p><h2>All problems</h2><ul>{listed}</ul></html>"
    )
