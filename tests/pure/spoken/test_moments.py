"""Days and times, by language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from callmanager.domain.spoken import say_moment
from tests.pure.spoken.test_numbers import names

# Monday 2 March, Sunday 1 November, Thursday 31 December, Saturday 21 February 2026.
AFTERNOON = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
ONE_O_CLOCK = datetime(2026, 12, 31, 1, 30, tzinfo=UTC)
EVENING = datetime(2026, 2, 21, 21, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "at", "said"),
    [
        ("en", AFTERNOON, "day-1 mon-2 h-2 at 2 oh 5 p-m"),
        ("en", MIDNIGHT, "day-0 mon-10 h-1 at 12 a-m"),
        ("en", ONE_O_CLOCK, "day-4 mon-11 30 h-1 at 1 30 a-m"),
        ("en", EVENING, "day-6 mon-1 20 h-1 at 9 20 1 p-m"),
        ("es", AFTERNOON, "day-1 2 es-de mon-2 at_s 14 and 5"),
        ("es", MIDNIGHT, "day-0 1 es-de mon-10 at_s 0"),
        ("es", ONE_O_CLOCK, "day-4 30 and 1 es-de mon-11 at 1F and 30"),
        ("es", EVENING, "day-6 21 es-de mon-1 at_s 21 and 21"),
        ("fr", AFTERNOON, "day-1 2 mon-2 at 14 oclock 5"),
        ("fr", MIDNIGHT, "day-0 h-1 mon-10 at 0 oclock"),
        ("fr", EVENING, "day-6 20 et 1 mon-1 at 20 et 1 oclock 20 et 1"),
        ("it", AFTERNOON, "day-1 2 mon-2 at hours 14 e 5"),
        ("it", MIDNIGHT, "day-0 h-1 mon-10 at ore-mezzanotte"),
        ("it", ONE_O_CLOCK, "day-4 31 mon-11 at ore-una e 30"),
        ("ru", AFTERNOON, "day-1 h-2 mon-2 at 14 0 5"),
        ("ru", MIDNIGHT, "day-0 h-1 mon-10 at 0"),
        ("ru", ONE_O_CLOCK, "day-4 30 h-1 mon-11 at 1 30"),
    ],
    ids=lambda value: str(value),
)
def test_a_moment_is_said_in_the_languages_own_way(language: str, at: datetime, said: str) -> None:
    assert names(say_moment(language, at)) == said
