"""Articles: published texts, as received, and their facts in reading order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api.curation.editing import edit_article
from api.ingest import Outcome, SheetRefusedError
from api.protocol.answers import TEXT, answer, require
from api.protocol.arguments import read_json
from api.protocol.operations import Operations
from api.store import filters, tables
from api.store.documents import etag, find_text
from api.views import current_store, require_texts
from api.views.editing import add_delete, add_patch
from api.views.fact_sheets import store_sheet
from api.views.history import add_history
from api.views.jobs import answer_job
from api.views.reading import (
    LISTED,
    SINGLY,
    ListQuery,
    OneQuery,
    Query,
    answer_list,
    answer_one,
    find_or_fail,
    list_query,
    moved,
    one_query,
)
from api.views.writing import Written, answer_write, new_writer, written_document
from schemas.article import ArticleSchema
from schemas.edit import ArticlePatchSchema
from schemas.errors import Flaw
from schemas.job import ArticlePostSchema, JobKind, JobSchema, is_page
from schemas.outcome import ArticlePostQuerySchema
from schemas.page import ArticlePageSchema, FactPageSchema
from schemas.query import (
    ArticleListQuerySchema,
    ArticleQuerySchema,
    NoQuerySchema,
    ReadingQuerySchema,
)

ARTICLES = Operations("articles", __name__, description="Published texts, as received.")


@ARTICLES.operation(
    "/v1/articles",
    "listArticles",
    query=ArticleListQuerySchema,
    make=list_query(filters.articles, "articles"),
    answers=ArticlePageSchema,
    alternatives=LISTED,
    headers=("ETag", "Link"),
)
def list_articles(query: ListQuery) -> Response:
    """List articles, last published first."""
    return answer_list(query)


@ARTICLES.operation(
    "/v1/articles/<id:id>",
    "getArticle",
    query=ArticleQuerySchema,
    make=one_query,
    answers=ArticleSchema,
    alternatives=SINGLY,
    errors=(404, 410),
    headers=("ETag",),
    redirects=True,
)
def get_article(query: OneQuery, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
    """Read what is known of an article besides its text."""
    return answer_one(tables.articles, id, query, "article")


#: What may be null of an article that is sent, as some of it is where there is a page; but not of that of a sheet.
_OF_PAGES = frozenset(("html", "text", "publisher"))


@ARTICLES.operation(
    "/v1/articles",
    "createArticle",
    method="POST",
    scope="ingest",
    query=ArticlePostQuerySchema,
    body=ArticlePostSchema,
    answers=ArticleSchema,
    statuses=(200, 201),
    others={202: JobSchema},
    headers=("ETag", "Location"),
    request_headers=("Idempotency-Key", "X-Change-Note"),
    errors=(409, 410),
)
def create_article(query: Query) -> Response:
    """Store an article and draft its facts, for review.

    A worker does that: the answer is 202 with the job, at whose end the article and its facts are stored. With
    extract=false the article is stored alone: its text at once, which 201 says, or 200 if it was there; a page, by its
    HTML or its URL, by a job too.
    """
    article = read_json()
    if query["extract"] or (isinstance(article, dict) and is_page(article)):
        return answer_job(JobKind.EXTRACT if query["extract"] else JobKind.STORE)

    def work(session: Session) -> Written:
        outcome = _store_alone(session, article)
        writer = new_writer(session)
        answer = written_document(writer, tables.articles, outcome.article[0], 201 if outcome.changed else 200)
        return replace(answer, headers={**answer.headers, "Location": f"/v1/articles/{outcome.article[0]}"})

    return answer_write(work)


def _store_alone(session: Session, article: Any) -> Outcome:
    """Store an article as a sheet without facts; what is wrong with it is told by its place in the article."""
    if isinstance(article, dict):
        article = {name: value for name, value in article.items() if value is not None or name not in _OF_PAGES}
    try:
        return store_sheet(session, {"article": article})
    except SheetRefusedError as error:
        own = [Flaw(flaw.pointer.removeprefix("/article"), flaw.detail) for flaw in error.flaws]
        raise SheetRefusedError(own, error.conflict) from error


add_patch(ARTICLES, tables.articles, "article", document=ArticleSchema, patch=ArticlePatchSchema, edit=edit_article)
add_delete(ARTICLES, tables.articles, "article")
add_history(ARTICLES, tables.articles, "article")


@ARTICLES.operation(
    "/v1/articles/<id:id>/text",
    "getArticleText",
    query=NoQuerySchema,
    answers="text",
    content_types=(TEXT,),
    errors=(404, 410),
    headers=("ETag",),
    redirects=True,
)
def get_text(_: Query, id: str) -> Response:  # noqa: A002
    """Read the text of an article, in which evidence is counted."""
    return _answer_text(id, lambda _, text, __: text)


@ARTICLES.operation(
    "/v1/articles/<id:id>/source",
    "getArticleSource",
    query=NoQuerySchema,
    answers="text",
    content_types=(TEXT,),
    errors=(404, 410),
    headers=("ETag",),
    redirects=True,
)
def get_source(_: Query, id: str) -> Response:  # noqa: A002
    """Read the document as it was received, the text and what stood around it."""
    return _answer_text(id, lambda before, text, after: before + text + after)


@ARTICLES.operation(
    "/v1/articles/<id:id>/facts",
    "listArticleFacts",
    query=ReadingQuerySchema,
    answers=FactPageSchema,
    alternatives=LISTED,
    errors=(404, 410),
    headers=("ETag", "Link"),
    redirects=True,
)
def list_article_facts(query: Query, id: str) -> Response:  # noqa: A002
    """List the facts of an article in reading order: as their first evidence stands in the text."""
    found = find_or_fail(current_store().reader, tables.articles, id, "article")
    if found.moved_to:
        return moved(found.moved_to)
    return answer_list(list_query(lambda _: filters.reading(id), f"reading/{id}")(query))


def _answer_text(id_: str, choose: Callable[[str, str, str], str]) -> Response:
    """Answer one of the texts of an article: `choose` is given what stands before it, it, and what stands after."""
    require(TEXT)
    require_texts()
    reader = current_store().reader
    if texts := find_text(reader, id_):
        body = choose(*texts).encode()
        return answer(body, etag(body), TEXT)
    found = find_or_fail(reader, tables.articles, id_, "article")
    return moved(str(found.moved_to))
