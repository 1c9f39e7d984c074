"""Which numbers may be called: countries, and the lists of the tenant in scope or of the platform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from unicodedata import combining, normalize

import pycountry
from django.db.models import QuerySet

from callmanager.domain.telephone_number import calling_codes
from callmanager.fleet.models import SystemBlockedNumber, SystemDisallowedCode
from callmanager.models import BlockedNumber, DisallowedCode, NumberSettings

# Calling codes of their own, but no entry of ISO 3166.
_NAMES = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}

AnyCode = DisallowedCode | SystemDisallowedCode
AnyBlocked = BlockedNumber | SystemBlockedNumber


@dataclass(frozen=True, slots=True)
class CallingCountry:
    code: str
    name: str
    calling_code: int


@cache
def calling_country_list() -> tuple[CallingCountry, ...]:
    """By name."""
    countries = (CallingCountry(code, _name(code), number) for code, number in calling_codes().items())
    return tuple(sorted(countries, key=lambda country: _without_accents(country.name)))


def number_settings_get() -> NumberSettings:
    """Of the tenant in scope; not stored before somebody changed something."""
    return NumberSettings.objects.first() or NumberSettings()


def allowed_countries(settings: NumberSettings, own: str) -> frozenset[str]:
    """What holds: without a choice the own country alone."""
    if settings.allowed_countries is None:
        return frozenset({own} if own else ())
    return frozenset(settings.allowed_countries)


def disallowed_code_list(*, is_platform: bool) -> QuerySet[AnyCode]:
    return SystemDisallowedCode.objects.all() if is_platform else DisallowedCode.objects.all()


def blocked_number_list(*, is_platform: bool) -> QuerySet[AnyBlocked]:
    return SystemBlockedNumber.objects.all() if is_platform else BlockedNumber.objects.all()


def _without_accents(name: str) -> str:
    return "".join(letter for letter in normalize("NFD", name) if not combining(letter))


def _name(code: str) -> str:
    country = pycountry.countries.get(alpha_2=code)
    return _NAMES.get(code) or (getattr(country, "common_name", None) or country.name if country else code)
