"""Short ways to write fact sheets, and to read why one was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from api.ingest import SheetRefusedError

Sheet = dict[str, Any]


def sheet_of(text: str, *events: Sheet, article: str = "paper", **more: Any) -> Sheet:
    """Make a sheet of a text and the events that it tells; `more` are other parts of the sheet."""
    about = {"id": article, "publisher": "The Paper", "text": text}
    return {"article": about | more.pop("about", {}), "events": list(events), **more}


def event(exact: str | None = None, **more: Any) -> Sheet:
    """Make an event that is proved by some words."""
    evidence = [] if exact is None else [{"exact": exact}]
    return {"title": "It happened", "type": "agree", "modality": "actual", "evidence": evidence} | more


def proposal(exact: str, **more: Any) -> Sheet:
    """Make a proposal that is proved by some words."""
    plain = {"title": "It is offered", "category": "talks", "status": "floated", "evidence": [{"exact": exact}]}
    return plain | more


def statement(*exact: str, **more: Any) -> Sheet:
    """Make a statement of some words said."""
    evidence = [{"exact": each} for each in exact]
    return {"title": "It is said", "attribution": "direct", "stance": "assert", "evidence": evidence} | more


def actor(id_: str, **more: Any) -> Sheet:
    """Make an actor that is named like its id."""
    return {"id": id_, "name": id_.capitalize(), "kind": "organization"} | more


def refusal(ingest_sheet: Callable[..., Any], sheet: Any, **options: Any) -> dict[str, str]:
    """Have a sheet refused; give each flaw's detail by its pointer."""
    with pytest.raises(SheetRefusedError) as caught:
        ingest_sheet(sheet, **options)
    return dict(caught.value.flaws)


def conflict(ingest_sheet: Callable[..., Any], sheet: Any) -> dict[str, str]:
    """Have a sheet refused because it disagrees with what is stored; give each flaw's detail by its pointer."""
    with pytest.raises(SheetRefusedError) as caught:
        ingest_sheet(sheet)
    assert caught.value.conflict, caught.value
    return dict(caught.value.flaws)
