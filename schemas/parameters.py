"""Fields of query parameters: values written as text, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import described


class Numeral(fields.Field[int]):
    """A whole number written in digits."""

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        """Take the bounds; they are published as minimum and maximum."""
        super().__init__(validate=validate.Range(min=low, max=high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", value):
            raise ValidationError("Not a whole number.")
        return int(value)


class Fraction(fields.Field[float]):
    """A number from 0 to 1 written in decimals."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what any field takes."""
        super().__init__(validate=validate.Range(min=0, max=1), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?", value):
            raise ValidationError("Not a number, such as 0.8.")
        return float(value)


class Flag(fields.Boolean):
    """True or false, written so."""

    truthy = {"true"}  # noqa: RUF012 (marshmallow's own way)
    falsy = {"false"}  # noqa: RUF012


class Day(fields.String):
    """A day of the calendar: 2022-01-26."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what any field takes."""
        kwargs["metadata"] = {**kwargs.get("metadata", {}), "format": "date"}
        super().__init__(validate=validate.Length(max=10), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        day: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            return date.fromisoformat(day).isoformat() if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else _no_day(day)
        except ValueError:
            return _no_day(day)


def _no_day(day: str) -> str:
    raise ValidationError(f"{day!r} is no day of the calendar, such as 2022-01-26.")


def repeated(inner: fields.Field[Any], description: str, most: int = 50) -> fields.List[Any]:
    """Make a parameter that may be given several times."""
    return fields.List(inner, validate=validate.Length(max=most), metadata=described(description))


def comma_separated(inner: fields.Field[Any], description: str, most: int = 50) -> fields.List[Any]:
    """Make a parameter with several values between commas."""
    metadata = described(description, comma_separated=True)
    return fields.List(inner, validate=validate.Length(min=1, max=most), metadata=metadata)
