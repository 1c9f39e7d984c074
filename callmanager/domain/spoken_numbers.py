"""How languages put numbers together, by the names of their recorded words. Pure."""

from __future__ import annotations

# The highest number that a language's words can say without a mistake.
NUMBER_MAX = {"en": 999, "es": 999, "fr": 999, "it": 999, "ru": 199}

_ITALIAN_ELISIONS = frozenset(tens + ones for tens in range(20, 100, 10) for ones in (1, 8))


def number_names(language: str, number: int) -> tuple[str, ...]:
    """Of 0 up to NUMBER_MAX of the language."""
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(language, rest)
    head = _hundreds(language, hundreds, is_round=not rest)
    return (*head, *_below_hundred(language, rest)) if rest else head


def counted_names(language: str, number: int) -> tuple[str, ...]:
    """The same of any number from 0: digit by digit where the language's words do not reach."""
    if number <= NUMBER_MAX.get(language, NUMBER_MAX["en"]):
        return number_names(language, number)
    return tuple(f"digits/{digit}" for digit in str(number))


def ordinal_names(number: int) -> tuple[str, ...]:
    """First to thirty-first: the packages have 1 to 20 and the tens."""
    tens, ones = divmod(number, 10)
    if number <= 20 or not ones:
        return (f"digits/h-{number}",)
    return (f"digits/{tens * 10}", f"digits/h-{ones}")


def _hundreds(language: str, hundreds: int, *, is_round: bool) -> tuple[str, ...]:
    match language:
        case "es":
            if hundreds == 1:
                return ("digits/hundred",) if is_round else ("digits/100-and",)
            return (f"digits/{hundreds}00",)
        case "fr" | "it" | "ru":
            return ("digits/hundred",) if hundreds == 1 else (f"digits/{hundreds}", "digits/hundred")
    return (f"digits/{hundreds}", "digits/hundred")


def _below_hundred(language: str, number: int) -> tuple[str, ...]:
    if number <= 20 or _is_one_word(language, number):
        return (f"digits/{number}",)
    if language == "fr" and number >= 70:
        return _french_from_seventy(number)
    tens, ones = number // 10 * 10, number % 10
    link: tuple[str, ...] = ()
    if language == "es":
        link = ("digits/and",)
    elif language == "fr" and ones == 1:
        link = ("digits/et",)
    return (f"digits/{tens}", *link, f"digits/{ones}")


def _is_one_word(language: str, number: int) -> bool:
    if number % 10 == 0:
        return not (language == "fr" and number in (70, 90))
    return (language == "es" and number < 30) or (language == "it" and number in _ITALIAN_ELISIONS)


def _french_from_seventy(number: int) -> tuple[str, ...]:
    """Sixty and so many, then eighty and so many; only 71 takes an `et`."""
    base = 60 if number < 80 else 80
    rest = number - base
    link = ("digits/et",) if number == 71 else ()
    return (f"digits/{base}", *link, f"digits/{rest}") if rest else (f"digits/{base}",)
