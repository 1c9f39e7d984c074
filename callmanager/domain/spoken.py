"""Numbers, telephone numbers and moments as sequences of recorded words, by language. Pure.

The packages of all languages have the digits, the tens, the names of days and months; what a language puts together
in its own way stands here. A word that a package lacks is left out by whoever plays it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from callmanager.domain.sounds import prompt


def words(language: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(prompt(language, name) for name in names)


def say_digits(language: str, text: str) -> tuple[str, ...]:
    """A telephone number, digit by digit; letters by their names. What can't be said is passed over."""
    return words(language, (name for character in text for name in _character(character)))


def say_number(language: str, number: int) -> tuple[str, ...]:
    """0 to 999; digit by digit above."""
    if not 0 <= number < 1000:
        return say_digits(language, str(number))
    return words(language, (f"digits/{part}" for part in _parts(language, number)))


def say_moment(language: str, at: datetime) -> tuple[str, ...]:
    """Day of the week, day, month and time of a moment; `at` is in the hearer's time zone."""
    weekday = f"digits/day-{(at.weekday() + 1) % 7}"
    month = f"digits/mon-{at.month - 1}"
    day, hour, minute = (say_number(language, part) for part in (at.day, at.hour, at.minute))
    if language == "en":
        time = (*say_number(language, at.hour % 12 or 12), *_english_minutes(at.minute))
        half = words(language, ["digits/p-m" if at.hour >= 12 else "digits/a-m"])
        return (
            *words(language, [weekday, month]),
            *day,
            *words(language, ["digits/at"]),
            *time,
            *half,
        )
    return (*words(language, [weekday]), *day, *words(language, [month, "digits/at"]), *hour, *minute)


def _english_minutes(minute: int) -> tuple[str, ...]:
    if minute == 0:
        return ()
    oh = words("en", ["digits/oh"]) if minute < 10 else ()
    return (*oh, *say_number("en", minute))


def _character(character: str) -> tuple[str, ...]:
    if character.isascii() and character.isdigit():
        return (f"digits/{character}",)
    if character.isascii() and character.isalpha():
        return (f"letters/{character.lower()}",)
    return {"*": ("digits/star",), "#": ("digits/pound",), "+": ("letters/plus",)}.get(character, ())


def _parts(language: str, number: int) -> tuple[str, ...]:
    hundreds, rest = divmod(number, 100)
    if hundreds and language == "en":
        head: tuple[str, ...] = (str(hundreds), "hundred")
    elif hundreds:
        head = (f"{hundreds}00",) if hundreds > 1 else ("100",)
    else:
        head = ()
    if hundreds and not rest:
        return head
    return (*head, *_below_hundred(language, rest))


def _below_hundred(language: str, number: int) -> tuple[str, ...]:
    if number <= 20:
        return (str(number),)
    tens, ones = number // 10 * 10, number % 10
    if language == "fr" and tens in (70, 90):
        return (str(tens - 10), str(ones + 10)) if ones else (str(tens),)
    return (str(tens), str(ones)) if ones else (str(tens),)
