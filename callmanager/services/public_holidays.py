"""Public holidays of a country as holidays to add; nothing is stored here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import holidays
from django.core.exceptions import ValidationError
from holidays.registry import COUNTRIES

from callmanager.models import Holiday
from callmanager.models.office_hours import EARLIEST_DAY, LATEST_DAY

YEARS_MAX = 10
_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Country:
    """`regions` are the codes that have holidays of their own, with their names."""

    code: str
    name: str
    regions: tuple[tuple[str, str], ...]


@cache
def country_list() -> tuple[Country, ...]:
    regions = holidays.list_supported_countries(include_aliases=False)
    countries = (
        Country(code, _WORD_STARTS.sub(" ", class_name), tuple((region, region) for region in regions[code]))
        for class_name, code, *_ in COUNTRIES.values()
        if code in regions
    )
    return tuple(sorted(countries, key=lambda country: country.name))


@cache
def country_find(code: str) -> Country | None:
    """With the regions' names, which cost more to find than all countries together."""
    country = next((one for one in country_list() if one.code == code), None)
    if country is None:
        return None
    names = {region: name for name, region in holidays.country_holidays(code).subdivisions_aliases.items()}
    regions = tuple((region, names.get(region, region)) for region, _ in country.regions)
    return Country(country.code, country.name, tuple(sorted(regions, key=lambda one: one[1])))


def public_holidays_find(*, country: str, region: str = "", first_year: int, last_year: int) -> list[Holiday]:
    """One holiday for each day, in English where the package knows it; not saved."""
    known = country_find(country)
    if known is None:
        raise ValidationError({"country": ValidationError("No such country.", code="unknown")})
    if region and region not in {code for code, _ in known.regions}:
        raise ValidationError({"region": ValidationError("No such region of that country.", code="unknown")})
    _require_years(first_year, last_year)
    languages = holidays.list_localized_countries(include_aliases=False).get(country, [])
    found = holidays.country_holidays(
        country,
        subdiv=region or None,
        years=range(first_year, last_year + 1),
        language=next((language for language in languages if language.startswith("en")), None),
    )
    return [
        Holiday(name=name[:100], first_day=day, last_day=day)
        for day in sorted(found)
        for name in found.get_list(day)
    ]


def _require_years(first_year: int, last_year: int) -> None:
    problems = {}
    for field, year in (("first_year", first_year), ("last_year", last_year)):
        if not EARLIEST_DAY.year <= year <= LATEST_DAY.year:
            problems[field] = ValidationError("A year from 2000 to 2199.", code="out_of_range")
    if not problems and not 0 <= last_year - first_year < YEARS_MAX:
        problems["last_year"] = ValidationError(
            f"From the first year up to {YEARS_MAX} years.", code="out_of_range"
        )
    if problems:
        raise ValidationError(problems)
