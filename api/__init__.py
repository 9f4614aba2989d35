"""newsfacts: structured news facts, each with the words that prove it, over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import orjson
from flask import Flask, Response

from api import explorer
from api.protocol import problems
from api.protocol.arguments import LARGEST_BODY
from api.protocol.openapi import Contract, IdConverter
from api.protocol.requests import Requests
from api.settings import Settings
from api.store.opening import Store, open_store
from api.store.reading import UnavailableError
from api.version import VERSION
from api.views.actors import ACTORS
from api.views.articles import ARTICLES
from api.views.events import EVENTS
from api.views.facts import FACTS
from api.views.operations import OPERATIONS, unavailable
from api.views.proposals import PROPOSALS
from api.views.search import SEARCH
from api.views.statements import STATEMENTS
from api.views.verify import VERIFY
from api.views.vocabularies import WORDS
from schemas.actor import ActorSchema
from schemas.article import ArticleSchema
from schemas.event import EventSchema
from schemas.proposal import ProposalSchema
from schemas.statement import StatementSchema

_FACTS = (EventSchema, ProposalSchema, StatementSchema)
_DESCRIPTION = """Structured news facts: events, proposals and statements about actors, each with its receipt: the exact
words of an article, and where they stand in it.

Lists are pages: follow `next_cursor` until it is null. Every answer has an ETag; send it back in If-None-Match and a
304 costs next to nothing. Errors have one shape (RFC 9457), and their `type` is a page that says what to do.
"""


class _App(Flask):
    """No view of ours is asynchronous, and finding that out anew for each request takes its time."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Give the view as it is."""
        return func


def create_app(settings: Settings | None = None, store: Store | None = None) -> Flask:
    """Make the app: wiring, nothing else. A store given is used instead of the settings' own."""
    settings = settings or Settings.from_environment()
    app = _App("api", static_folder=None)
    app.url_map.converters["id"] = IdConverter
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.extensions["newsfacts"] = store or open_store(
        settings.database_url,
        # Each thread keeps a connection to read.
        max(settings.pool_size, settings.threads),
    )
    app.config |= {"API_TITLE": "newsfacts", "API_VERSION": VERSION, "OPENAPI_VERSION": "3.1.0"}
    contract = Contract(
        app,
        unions={"Fact": _FACTS, "Document": (ArticleSchema, ActorSchema, *_FACTS)},
        info={
            "summary": "News facts that quote their source",
            "description": _DESCRIPTION,
            "contact": {"name": "The newsfacts project"},
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": "/", "description": "This server"}],
        security=[{}, {"key": []}],
    )
    contract.spec.components.security_scheme(
        "key", {"type": "http", "scheme": "bearer", "description": "A key; reading is public and needs none"}
    )
    for blueprint in (
        FACTS,
        EVENTS,
        PROPOSALS,
        STATEMENTS,
        ACTORS,
        ARTICLES,
        SEARCH,
        VERIFY,
        WORDS,
        OPERATIONS,
    ):
        contract.register_blueprint(blueprint)
    problems.install(app)
    app.wsgi_app = Requests(app.wsgi_app, settings.access_log)  # type: ignore[method-assign]
    explorer.install(app, contract.document(orjson.loads(files("schemas").joinpath("examples.json").read_bytes())))

    @app.errorhandler(UnavailableError)
    def answer_unavailable(error: UnavailableError) -> Response:
        logging.getLogger("newsfacts").error("the database does not answer", exc_info=error)
        return problems.render(unavailable(error))

    return app
