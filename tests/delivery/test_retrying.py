"""Retrying: when what failed is tried again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.delivery.retrying import MOST_ATTEMPTS, SCHEDULE, delay_after, seconds_asked_for

NOW = datetime(2022, 1, 27, 9, 30, tzinfo=UTC)


def test_the_schedule_goes_from_seconds_to_a_day() -> None:
    minute, hour = 60, 3600
    longest = [5, 30, 2 * minute, 10 * minute, 30 * minute, 2 * hour, 6 * hour, 12 * hour, 24 * hour]
    assert [delay_after(attempt, 5) for attempt in range(1, MOST_ATTEMPTS)] == longest
    assert delay_after(MOST_ATTEMPTS, 5) is None
    assert delay_after(MOST_ATTEMPTS + 1, 5) is None
    assert delay_after(MOST_ATTEMPTS, 5, retry_after=60) is None


def test_delays_are_spread_over_all_that_they_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    drawn = [delay_after(2, 5) or 0.0 for _ in range(2_000)]
    assert all(0 <= each <= 30 for each in drawn)
    for low in range(0, 30, 6):
        assert 250 < sum(low <= each < low + 6 for each in drawn) < 550


def test_the_first_delay_scales_all_others() -> None:
    assert [delay_after(attempt, 0.5) for attempt in (1, 9)] == [0.5, 0.5 * SCHEDULE[-1]]


@pytest.mark.parametrize(
    "asked, waited", [(0, 5), (4.9, 5), (5, 5), (60, 60), (86_400, 86_400), (86_401, 86_400), (1e18, 86_400)]
)
def test_what_a_receiver_asks_for_is_kept_within_the_schedule(asked: float, waited: float) -> None:
    assert delay_after(1, 5, retry_after=asked) == waited
    assert delay_after(9, 5, retry_after=asked) == waited


@pytest.mark.parametrize(
    "header, seconds",
    [
        ("0", 0),
        ("120", 120),
        ("Thu, 27 Jan 2022 09:31:00 GMT", 60),
        ("Thu, 27 Jan 2022 10:31:00 +0100", 60),
        ("Thu, 27 Jan 2022 09:29:00 GMT", 0),
        (None, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Thu, 27 Jan 2022", None),
        ("Thu, 99 Jan 2022 09:31:00 GMT", None),
        ("Thu, 27 Jan 2022 09:31:00", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds_asked_for(header, NOW) == seconds
