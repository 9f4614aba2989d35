"""newsfacts: structured news facts, each with the words that prove it, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Give `create_app`, and load it only then: most commands and processes need no Flask, and start without it."""
    if name != "create_app":
        raise AttributeError(f"module 'api' has no attribute '{name}'")
    from api.app import create_app as create  # noqa: PLC0415

    return create
