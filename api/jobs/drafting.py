"""Drafting: from what was sent of an article to a fact sheet of it, step by step. It knows no store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.extraction import STEPS, ModelError, UnreadableError, extract, load
from api.extraction.documents import read_html
from api.extraction.language_model import Endpoint, ask
from api.extraction.registry import Registry
from api.jobs.articles import Article, place_of_text, prepare, steps_before
from api.jobs.fetching import Fetcher
from api.jobs.refusal import JobError, refuse
from api.jobs.watching import Watch
from api.settings import Settings
from schemas.job import JobKind

Sheet = dict[str, Any]

#: What comes after the steps of the pipeline: a language model is asked, if there is one, and the sheet is stored.
ASK, STORE = "ask", "store"

_SAMPLE = "<p>They met in Geneva on Monday, as had been agreed, and went home on Tuesday.</p>"


def endpoint_of(settings: Settings) -> Endpoint | None:
    """Say where the user's language model is asked; None where there is none."""
    if not settings.llm_url:
        return None
    return Endpoint(settings.llm_url, settings.llm_model, settings.llm_key, settings.llm_timeout)


@dataclass(frozen=True, slots=True)
class Drafting:
    """What jobs are done with."""

    fetcher: Fetcher
    #: The actors that are known by name; None is those that come with the product.
    known: Registry | None = None
    #: A language model that is asked for what the rules have missed.
    endpoint: Endpoint | None = None
    #: A package or a folder with the spaCy pipeline; the shipped one if none is named.
    model: str | None = None

    def warm(self) -> None:
        """Load all that takes its time. Raises ModelError."""
        load(self.model)
        article = {"publisher": "newsfacts", **read_html(_SAMPLE)}
        extract(article, lambda _: None)

    def draft(self, kind: str, article: Article, watch: Watch) -> Sheet:
        """Make the fact sheet of an article. Raises JobError, and BrokenOffError when the watch says so."""
        extracts = kind == JobKind.EXTRACT.value
        asks = [ASK] if extracts and self.endpoint else []
        watch.plan([*steps_before(article), *(STEPS if extracts else ()), *asks, STORE])
        whole = prepare(article, self.fetcher, watch.tell)
        if not extracts:
            return {"article": {"text": whole["source"], **whole}}
        try:
            load(self.model)
            sheet = extract(whole, watch.tell, self.known)
        except ModelError as error:
            raise JobError("extraction-not-installed", str(error)) from error
        except UnreadableError as error:
            raise refuse(place_of_text(article), str(error)) from error
        if self.endpoint is None:
            return sheet
        watch.tell(ASK)
        sheet, watch.report = ask(sheet["article"], sheet, self.endpoint)
        return sheet
