"""Refused registrations of the tenant in scope, or across tenants all of them."""

from __future__ import annotations

from django.db.models import QuerySet

from callmanager.fleet.models import RegistrationFailure


def registration_failure_list() -> QuerySet[RegistrationFailure]:
    return RegistrationFailure.objects.all()


def own_registration_failure_list(*, number: str) -> QuerySet[RegistrationFailure]:
    return registration_failure_list().filter(number=number)
