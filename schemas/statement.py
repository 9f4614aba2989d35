"""Statements: what somebody said, in quotation marks or in indirect speech."""

from __future__ import annotations

from schemas.base import Id, Line, Text, Word, described, listed, optional
from schemas.fact import FactInputSchema, FactSchema
from schemas.vocabulary import Attribution, Stance


class Statement:
    """How a statement is coded."""

    attribution = Word(Attribution, required=True)
    cue = optional(Line(longest=100, metadata=described("The word that reports it, such as 'warned'")))
    stance = Word(Stance, required=True)
    about = listed(Id(), metadata=described("Ids of the facts that it speaks of"))


class StatementSchema(Statement, FactSchema):
    """What somebody said: direct quotation, or indirect speech."""

    text = Text(metadata=described("The words said, verbatim; parts of an interrupted quotation joined by ' ... '"))


class StatementInputSchema(Statement, FactInputSchema):
    """A statement of a fact sheet; its evidence is the words said."""

    text = optional(Text(metadata=described("The words said; when given, they must be what the evidence says")))
