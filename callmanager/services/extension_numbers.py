"""Which numbers an extension may have: one that rings it, and one of the company's on its trunks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.dispatch import receiver

from callmanager.domain.dial_codes import MANUAL_CODES
from callmanager.domain.telephone_number import is_emergency_number
from callmanager.models import Extension, NumberSettings
from callmanager.models.extension import lock_tenant
from callmanager.selectors.company_number import service_numbers
from callmanager.selectors.dial_codes import code_names, dial_code_settings_get, dial_codes_of
from callmanager.selectors.trunk_lent import LentTrunk, is_own_number, trunk_lent_list
from tenants.models import Tenant
from tenants.scope import current_tenant_id, tenant_scope
from tenants.selectors.tenant import tenant_get
from tenants.signals import country_wanted


@dataclass(frozen=True, slots=True)
class ExtensionNumberChecks:
    """Read once for any number of extensions."""

    country: str
    emergency_numbers: Collection[str]
    trunks: Mapping[int, LentTrunk]
    # Dial code -> what it is for.
    dial_codes: Mapping[str, str]
    # Number of a ring group or a receptionist -> what it is.
    services: Mapping[str, str]

    @classmethod
    def read(cls, tenant: Tenant | None = None) -> ExtensionNumberChecks:
        whose = tenant or tenant_get(tenant_id=current_tenant_id())
        codes = code_names(dial_codes_of(dial_code_settings_get()))
        return cls(whose.country, more_emergency_numbers(), trunk_lent_list(), codes, service_numbers())

    def problems(
        self, *, number: str | None = None, did: str | None = None
    ) -> Iterator[tuple[str, ValidationError]]:
        """What is wrong with a new number or DID; None: not a new one."""
        if number is not None and self.is_emergency(number):
            message = f"{number} calls for help in an emergency and can't be an extension."
            yield "number", ValidationError(message, code="emergency_number")
        if number is not None and number in self.dial_codes:
            message = f"{number} is dialled for “{self.dial_codes[number]}”: give that another code first."
            yield "number", ValidationError(message, code="dial_code")
        if number is not None and number in self.services:
            yield "number", ValidationError(f"{number} is {self.services[number]}.", code="taken")
        if did and not is_own_number(did, self.trunks):
            message = f"{did} is not among your numbers on your trunks."
            yield "did", ValidationError(message, code="did_outside_pool")

    def is_emergency(self, number: str) -> bool:
        return number in self.emergency_numbers or is_emergency_number(number, self.country)


def more_emergency_numbers() -> list[str]:
    found: list[str] | None = NumberSettings.objects.values_list("more_emergency_numbers", flat=True).first()
    return found or []


def extension_numbers_check(*, extension: Extension, number_before: str, did_before: str) -> None:
    """Raises ValidationError. What was there before stays, even if it would be refused today."""
    number = extension.number if extension.number != number_before else None
    did = extension.did if extension.did != did_before else None
    if number is None and not did:
        return
    # Nobody may take the number for a group meanwhile.
    lock_tenant()
    problems: dict[str, ValidationError] = dict(ExtensionNumberChecks.read().problems(number=number, did=did))
    if problems:
        raise ValidationError(problems)


@receiver(country_wanted, dispatch_uid="callmanager.refuse_emergency_extensions")
def refuse_emergency_extensions(tenant: Tenant, **_: object) -> None:
    """An extension or a service of the company would stand in the way of the new country's emergency number."""
    with tenant_scope(tenant):
        extensions = Extension.objects.values_list("number", flat=True)
        services = service_numbers()
        taken = next((one for one in extensions if is_emergency_number(one, tenant.country)), None)
        service = next((one for one in services if is_emergency_number(one, tenant.country)), None)
        codes = code_names(dial_codes_of(dial_code_settings_get()))
    dialled = next((one for one in codes if is_emergency_number(one, tenant.country)), None)
    if taken is not None:
        message = f"{taken} calls for help there, and is an extension: give it another number first."
        raise ValidationError({"country": ValidationError(message, code="emergency_number")})
    if service is not None:
        message = f"{service} calls for help there, and is {services[service]}: give it another number first."
        raise ValidationError({"country": ValidationError(message, code="emergency_number")})
    # The code that is in everybody's profile gives way by itself: an emergency number is asked first of all.
    if dialled is not None and dialled not in code_names(MANUAL_CODES):
        message = f"{dialled} calls for help there, and is the dial code of “{codes[dialled]}”."
        raise ValidationError({"country": ValidationError(message, code="emergency_number")})
