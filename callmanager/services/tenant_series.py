"""Many tenants of the same make, for trying how the system bears them. Each is whole or not there at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from callmanager.models import Extension
from callmanager.services.sip_password import sip_password_generate
from tenants.models import Tenant
from tenants.schema_template import template_make
from tenants.scope import tenant_scope
from tenants.selectors.tenant import tenant_find_by_name
from tenants.services.tenant import tenant_create

FIRST_NUMBER = 101


@dataclass(frozen=True, slots=True)
class MadeTenant:
    """`password` is empty for one that was there before."""

    name: str
    sip_domain: str
    password: str

    @property
    def is_new(self) -> bool:
        return bool(self.password)


def tenant_series_create(*, prefix: str, count: int, extensions: int) -> Iterator[MadeTenant]:
    """`prefix-0001` and so on, with extensions from 101. One that is there already is left as it is."""
    template_make()
    for number in range(1, count + 1):
        name = f"{prefix}-{number:04d}"
        present = tenant_find_by_name(name)
        if present is not None:
            yield MadeTenant(name, present.sip_domain, "")
        else:
            yield _create(name, extensions)


@transaction.atomic
def _create(name: str, extensions: int) -> MadeTenant:
    password = secrets.token_urlsafe(18)
    tenant: Tenant = tenant_create(
        name=name, display_name=name.capitalize(), sip_domain=f"{name}.example", password=password
    )
    numbers = [str(number) for number in range(FIRST_NUMBER, FIRST_NUMBER + extensions)]
    with tenant_scope(tenant):
        Extension.objects.bulk_create(
            [
                Extension(
                    number=number,
                    display_name=f"Extension {number}",
                    sip_password=sip_password_generate(number=number),
                )
                for number in numbers
            ]
        )
    return MadeTenant(name, tenant.sip_domain, password)
