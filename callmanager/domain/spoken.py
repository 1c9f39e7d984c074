"""Words, telephone numbers, numbers, counts and moments as sequences of recorded words, by language. Pure.

The packages of all languages have the digits, the tens, the names of days and months; what a language puts together
in its own way stands in `spoken_numbers`, `spoken_counts` and `spoken_moments`. A word that a package lacks is said
in English by whoever plays it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from callmanager.domain.sounds import prompt
from callmanager.domain.spoken_counts import count_names
from callmanager.domain.spoken_moments import moment_names
from callmanager.domain.spoken_numbers import NUMBER_MAX, counted_names, number_names


def words(language: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(prompt(language, name) for name in names)


def say_digits(language: str, text: str) -> tuple[str, ...]:
    """A telephone number, digit by digit; letters by their names. What can't be said is passed over."""
    return words(language, (name for character in text for name in _character(character)))


def say_number(language: str, number: int) -> tuple[str, ...]:
    """As people count; digit by digit where a language's words do not reach."""
    if not 0 <= number <= NUMBER_MAX.get(language, NUMBER_MAX["en"]):
        return say_digits(language, str(number))
    return words(language, number_names(language, number))


def say_counts(language: str, new: int, old: int) -> tuple[str, ...]:
    """How many messages are in a mailbox."""
    return words(language, count_names(language, new, old))


def say_place(language: str, position: int, hold_s: float) -> tuple[str, ...]:
    """Somebody's place in a queue (0: not told), and for how long callers have waited lately (below half a minute: not
    told)."""
    names: list[str] = []
    if position == 1:
        names.append("queue-youarenext")
    elif position:
        names += ("queue-thereare", *counted_names(language, position), "queue-callswaiting")
    minutes = round(hold_s / 60)
    if minutes:
        unit = "queue-minute" if minutes == 1 else "queue-minutes"
        names += ("queue-holdtime", *counted_names(language, minutes), unit)
    return words(language, (*names, "queue-thankyou")) if names else ()


def say_moment(language: str, at: datetime) -> tuple[str, ...]:
    """Day of the week, day, month and time of a moment; `at` is in the hearer's time zone."""
    return words(language, moment_names(language, at))


def _character(character: str) -> tuple[str, ...]:
    if character.isascii() and character.isdigit():
        return (f"digits/{character}",)
    if character.isascii() and character.isalpha():
        return (f"letters/{character.lower()}",)
    return {"*": ("digits/star",), "#": ("digits/pound",), "+": ("letters/plus",)}.get(character, ())
