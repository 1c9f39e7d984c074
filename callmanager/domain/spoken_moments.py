"""How languages say a day and a time, by the names of their recorded words. Pure."""

from __future__ import annotations

from datetime import datetime

from callmanager.domain.spoken_numbers import number_names, ordinal_names


def moment_names(language: str, at: datetime) -> tuple[str, ...]:
    return (*_day(language, at), *_time(language, at.hour, at.minute))


def _day(language: str, at: datetime) -> tuple[str, ...]:
    weekday = f"digits/day-{(at.weekday() + 1) % 7}"
    month = f"digits/mon-{at.month - 1}"
    match language:
        case "es":
            return (weekday, *number_names(language, at.day), "digits/es-de", month)
        case "fr" | "it":
            day = ordinal_names(1) if at.day == 1 else number_names(language, at.day)
            return (weekday, *day, month)
        case "ru":
            return (weekday, *ordinal_names(at.day), month)
    return (weekday, month, *ordinal_names(at.day))


def _time(language: str, hour: int, minute: int) -> tuple[str, ...]:
    """Of 24 hours, but of twelve in English."""
    minutes = number_names(language, minute) if minute else ()
    match language:
        case "es":
            if hour == 1:
                begin: tuple[str, ...] = ("digits/at", "digits/1F")
            else:
                begin = ("digits/at_s", *number_names(language, hour))
            return (*begin, "digits/and", *minutes) if minutes else begin
        case "fr":
            return ("digits/at", *number_names(language, hour), "digits/oclock", *minutes)
        case "it":
            return ("digits/at", *_italian_hour(hour), *(("digits/e", *minutes) if minutes else ()))
        case "ru":
            zero = ("digits/0",) if 0 < minute < 10 else ()
            return ("digits/at", *number_names(language, hour), *zero, *minutes)
    oh = ("digits/oh",) if 0 < minute < 10 else ()
    half = "digits/p-m" if hour >= 12 else "digits/a-m"
    return ("digits/at", *number_names(language, hour % 12 or 12), *oh, *minutes, half)


def _italian_hour(hour: int) -> tuple[str, ...]:
    special = {0: "digits/ore-mezzanotte", 1: "digits/ore-una"}
    return (special[hour],) if hour in special else ("digits/hours", *number_names("it", hour))
