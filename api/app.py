"""The app: wiring, nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec
from threading import BoundedSemaphore
from typing import Any

import orjson
from flask import Flask, Request, Response
from werkzeug.routing import MapAdapter

from api import explorer
from api.delivery.hosts import OwnHosts
from api.protocol import keys, problems, waiting
from api.protocol.openapi import Contract, IdConverter, WordConverter
from api.protocol.requests import Requests
from api.settings import Settings
from api.store.opening import Store, open_store
from api.store.reading import UnavailableError
from api.version import VERSION
from api.views import find_caller
from api.views.actors import ACTORS
from api.views.articles import ARTICLES
from api.views.changes import CHANGES
from api.views.deliveries import DELIVERIES
from api.views.events import EVENTS
from api.views.exports import EXPORTS
from api.views.fact_sheets import SHEETS
from api.views.facts import FACTS
from api.views.jobs import EXTRACTION, JOBS
from api.views.operations import OPERATIONS, unavailable
from api.views.proposals import PROPOSALS
from api.views.search import SEARCH
from api.views.statements import STATEMENTS
from api.views.streaming import SEATS, Seats
from api.views.suggestions import SUGGESTIONS
from api.views.verify import VERIFY
from api.views.vocabularies import WORDS
from api.views.webhooks import OWN_HOSTS, WEBHOOKS
from schemas.actor import ActorSchema
from schemas.article import ArticleSchema
from schemas.change import PatchStepSchema
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
    """What Flask finds out anew for each request, and is the same for each of ours, takes its time.

    So hooks are not looked for: there are no sessions, and what is done around every request is done by `Requests`.
    """

    def preprocess_request(self) -> None:
        """Do nothing before a request."""

    def process_response(self, response: Response) -> Response:
        """Give the answer as it is."""
        return response

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        """Do nothing after a request."""

    def do_teardown_appcontext(self, exc: BaseException | None = None) -> None:
        """Do nothing after it either."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Give the view as it is: none is asynchronous."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Look for the view by the path alone: no rule of ours names a host."""
        if request is None:
            return None
        environ = request.environ
        host, scheme, query = environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"], environ["QUERY_STRING"]
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        return MapAdapter(self.url_map, host, "/", "", scheme, path, request.method, query)


def create_app(settings: Settings | None = None, store: Store | None = None) -> Flask:
    """Make the app: wiring, nothing else. A store given is used instead of the settings' own."""
    settings = settings or Settings.from_environment()
    app = _App("api", static_folder=None)
    app.url_map.converters |= {"id": IdConverter, "word": WordConverter}
    app.config["MAX_CONTENT_LENGTH"] = settings.largest_body
    # Each thread keeps a connection to read: those that read, those that write, and the one that looks for changes.
    # Each export has one more.
    pool_size = 2 * max(settings.pool_size, settings.threads) + 1 + settings.exports
    app.extensions["newsfacts"] = store or open_store(
        settings.database_url,
        pool_size,
        read_url=settings.database_read_url,
        behind_pooler=settings.database_pooler,
        read_timeout=settings.read_timeout,
    )
    app.config["ARTICLE_TEXT"] = settings.article_text
    app.extensions[SEATS] = Seats(BoundedSemaphore(settings.exports), settings.export_timeout)
    app.config[OWN_HOSTS] = OwnHosts.read(settings.private_hosts)
    app.config[EXTRACTION] = settings.extraction and find_spec("spacy") is not None
    app.config |= {"API_TITLE": "newsfacts", "API_VERSION": VERSION, "OPENAPI_VERSION": "3.1.0"}
    contract = Contract(
        app,
        unions={"Fact": _FACTS, "Document": (ArticleSchema, ActorSchema, *_FACTS)},
        lists={"JsonPatch": PatchStepSchema},
        info={
            "summary": "News facts that quote their source",
            "description": _DESCRIPTION,
            "contact": {"name": "The newsfacts project"},
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": "/", "description": "This server, local or in production", "x-internal": False}],
        security=[{}, {"key": []}],
    )
    contract.spec.components.security_scheme(
        "key",
        {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "A key, such as whoever runs the server makes with `newsfacts keys create`. Each has scopes: `ingest` "
                "stores fact sheets and articles, `edit` corrects, merges and deletes, `review` approves and rejects, "
                "`admin` is all of these and webhooks. Reading needs no key, unless the server is set up so."
            ),
        },
    )
    for blueprint in (
        FACTS,
        EVENTS,
        PROPOSALS,
        STATEMENTS,
        SUGGESTIONS,
        ACTORS,
        ARTICLES,
        SHEETS,
        SEARCH,
        CHANGES,
        EXPORTS,
        WEBHOOKS,
        DELIVERIES,
        JOBS,
        VERIFY,
        WORDS,
        OPERATIONS,
    ):
        contract.register_blueprint(blueprint)
    problems.install(app)
    waiting.install(app, settings.threads)
    keys.install(
        app,
        keys.Gate(
            find_caller,
            public_read=settings.public_read,
            read_limit=settings.rate_limit_read,
            write_limit=settings.rate_limit_write,
        ),
    )
    app.wsgi_app = Requests(app.wsgi_app, settings.access_log)  # type: ignore[method-assign]
    explorer.install(app, contract.document(orjson.loads(files("schemas").joinpath("examples.json").read_bytes())))

    @app.errorhandler(UnavailableError)
    def answer_unavailable(error: UnavailableError) -> Response:
        logging.getLogger("newsfacts").error("the database does not answer", exc_info=error)
        return problems.render(unavailable(error))

    return app
