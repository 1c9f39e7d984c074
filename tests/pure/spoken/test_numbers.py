"""Numbers, by language: a row's id is the rule."""

from __future__ import annotations

import pytest

from callmanager.domain.sounds import PROMPT
from callmanager.domain.spoken import say_digits, say_number


def names(sounds: tuple[str, ...]) -> str:
    """Without language and folder."""
    return " ".join(sound.removeprefix(PROMPT).partition("/")[2].removeprefix("digits/") for sound in sounds)


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 0, "0"),
        ("en", 17, "17"),
        ("en", 21, "20 1"),
        ("en", 100, "1 hundred"),
        ("en", 345, "3 hundred 40 5"),
        ("es", 21, "21"),
        ("es", 30, "30"),
        ("es", 31, "30 and 1"),
        ("es", 99, "90 and 9"),
        ("es", 100, "hundred"),
        ("es", 101, "100-and 1"),
        ("es", 234, "200 30 and 4"),
        ("es", 500, "500"),
        ("fr", 21, "20 et 1"),
        ("fr", 22, "20 2"),
        ("fr", 70, "60 10"),
        ("fr", 71, "60 et 11"),
        ("fr", 80, "80"),
        ("fr", 81, "80 1"),
        ("fr", 91, "80 11"),
        ("fr", 99, "80 19"),
        ("fr", 100, "hundred"),
        ("fr", 271, "2 hundred 60 et 11"),
        ("it", 20, "20"),
        ("it", 21, "21"),
        ("it", 22, "20 2"),
        ("it", 38, "38"),
        ("it", 100, "hundred"),
        ("it", 301, "3 hundred 1"),
        ("ru", 21, "20 1"),
        ("ru", 100, "hundred"),
        ("ru", 142, "hundred 40 2"),
    ],
    ids=lambda value: str(value),
)
def test_a_number_is_said_as_people_count(language: str, number: int, said: str) -> None:
    assert names(say_number(language, number)) == said


@pytest.mark.parametrize(("language", "number"), [("ru", 200), ("en", 1000), ("fr", 4321)])
def test_beyond_a_languages_words_digits_are_said(language: str, number: int) -> None:
    assert names(say_number(language, number)) == " ".join(str(number))


def test_of_a_telephone_number_what_cannot_be_said_is_passed_over() -> None:
    assert names(say_digits("en", "+49 (30)*5#a")) == "letters/plus 4 9 3 0 star 5 pound letters/a"
