"""Articles: published texts, as received, and their facts in reading order."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from api.protocol.answers import TEXT, answer, require
from api.protocol.operations import Operations
from api.protocol.problems import not_found
from api.store import filters, tables
from api.store.documents import etag, find, find_text
from api.views import current_store
from api.views.reading import (
    ListQuery,
    OneQuery,
    Query,
    answer_list,
    answer_one,
    list_query,
    moved,
    one_query,
)
from schemas.article import ArticleSchema
from schemas.page import ArticlePageSchema, FactPageSchema, SparsePageSchema, SparseSchema
from schemas.query import (
    SPARSE_TYPE,
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
    alternatives=[(SPARSE_TYPE, SparsePageSchema)],
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
    alternatives=[(SPARSE_TYPE, SparseSchema)],
    errors=(404,),
    headers=("ETag",),
    redirects=True,
)
def get_article(query: OneQuery, id: str) -> Response:  # noqa: A002 (the name of the path parameter)
    """Read what is known of an article besides its text."""
    return answer_one(tables.articles, id, query, "article")


@ARTICLES.operation(
    "/v1/articles/<id:id>/text",
    "getArticleText",
    query=NoQuerySchema,
    answers="text",
    content_types=(TEXT,),
    errors=(404,),
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
    errors=(404,),
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
    alternatives=[(SPARSE_TYPE, SparsePageSchema)],
    errors=(404,),
    headers=("ETag", "Link"),
    redirects=True,
)
def list_article_facts(query: Query, id: str) -> Response:  # noqa: A002
    """List the facts of an article in reading order: as their first evidence stands in the text."""
    found = find(current_store().reader, tables.articles, id)
    if found is None:
        raise not_found(f"article '{id}'")
    if found.moved_to:
        return moved(found.moved_to)
    return answer_list(list_query(lambda _: filters.reading(id), f"reading/{id}")(query))


def _answer_text(id_: str, choose: Callable[[str, str, str], str]) -> Response:
    """Answer one of the texts of an article: `choose` is given what stands before it, it, and what stands after."""
    require(TEXT)
    reader = current_store().reader
    if texts := find_text(reader, id_):
        body = choose(*texts).encode()
        return answer(body, etag(body), TEXT)
    if (found := find(reader, tables.articles, id_)) and found.moved_to:
        return moved(found.moved_to)
    raise not_found(f"article '{id_}'")
