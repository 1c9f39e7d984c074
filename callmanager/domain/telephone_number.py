"""Telephone numbers as somebody in a country dials them (ITU-T E.164), read with the plans of the library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import shortnumberinfo

# Where a calling code belongs to no country: satellites, international freephone.
NO_COUNTRY = "001"
# No emergency number is longer anywhere.
_EMERGENCY_MAX_DIGITS = 6
_CACHED = 4096
_ABROAD = re.compile(r"^(00|011)(?=[1-9])")


@dataclass(frozen=True, slots=True)
class Reading:
    """`digits` is the number in E.164 without `+`; `countries` whose number it may be, in most cases one."""

    digits: str
    countries: frozenset[str]


@lru_cache(maxsize=_CACHED)
def read_number(number: str, country: str) -> Reading | None:
    """None for what is no telephone number there: too short, too long, or a code of no country."""
    if not country:
        # Nobody can say which prefix leads abroad there: these two do in most of the world.
        number = _ABROAD.sub("+", number)
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return None
    return Reading(
        f"{parsed.country_code}{phonenumbers.national_significant_number(parsed)}", _countries(parsed)
    )


@lru_cache(maxsize=_CACHED)
def is_emergency_number(number: str, country: str) -> bool:
    """Whether dialling just this reaches the emergency services of the country."""
    return (
        0 < len(number) <= _EMERGENCY_MAX_DIGITS
        and number.isascii()
        and number.isdigit()
        and bool(country)
        and bool(shortnumberinfo.is_emergency_number(number, country))
    )


def calling_codes() -> dict[str, int]:
    """{country: calling code}, of every country the library knows, and of `NO_COUNTRY` none."""
    return {region: phonenumbers.country_code_for_region(region) for region in phonenumbers.SUPPORTED_REGIONS}


def _countries(parsed: phonenumbers.PhoneNumber) -> frozenset[str]:
    """Of a calling code that several share (+1, +44, +7), the one it belongs to; all of them if that is not known."""
    if parsed.country_code is None:
        return frozenset()
    sharing = phonenumbers.region_codes_for_country_code(parsed.country_code)
    if len(sharing) < 2:
        return frozenset(sharing or (NO_COUNTRY,))
    found = phonenumbers.region_code_for_number(parsed)
    return frozenset({found} if found else sharing)
