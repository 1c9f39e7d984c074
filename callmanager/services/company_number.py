"""Whether a number is free for a ring group, a receptionist or whatever else of the company is no extension."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from callmanager.models import Extension
from callmanager.services.extension_numbers import ExtensionNumberChecks


def company_number_problems(
    number: str, checks: ExtensionNumberChecks, *, what: str
) -> Iterator[ValidationError]:
    """`what` it is to be, for people."""
    if Extension.objects.filter(number=number).exists():
        yield ValidationError(f"{number} is an extension.", code="taken")
    if number in checks.services:
        yield ValidationError(f"{number} is {checks.services[number]} already.", code="unique")
    if checks.is_emergency(number):
        message = f"{number} calls for help in an emergency and can't be a {what}."
        yield ValidationError(message, code="emergency_number")
    if number in checks.dial_codes:
        message = f"{number} is dialled for “{checks.dial_codes[number]}”: give that another code first."
        yield ValidationError(message, code="dial_code")
