"""Lexicons: the words that the rules know, as data files; README.md says where each is from."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def lines(name: str) -> tuple[str, ...]:
    """Read a lexicon: its lines, without the empty ones and those that begin with #."""
    text = files("api.extraction.lexicons").joinpath(name).read_text("utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Read a lexicon whose lines are cut into columns by tabs."""
    return tuple(tuple(line.split("\t")) for line in lines(name))


@cache
def word_lists(name: str) -> dict[str, frozenset[str]]:
    """Read a lexicon of word lists: on each line the name of the list and, after a tab, its words between "|"."""
    return {row[0]: frozenset(row[1].split("|")) for row in rows(name)}
