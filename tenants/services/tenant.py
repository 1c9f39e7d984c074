"""The life of a tenant."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from tenants.audit_changes import audit_note
from tenants.integrity import refusing_duplicates
from tenants.models import Role, Tenant, User
from tenants.models.tenant import new_schema_name
from tenants.models.tenant_options import CAPABILITY_FIELDS, CLEANING_FIELDS, OPTION_FIELDS
from tenants.schema_template import schema_create
from tenants.scope import no_scope
from tenants.services.user import user_create
from tenants.signals import country_wanted, sip_domain_changed, sip_domain_wanted

# What its own people may change in their profile, and what only the administrator may.
PROFILE_FIELDS = ("display_name", "time_zone", *OPTION_FIELDS, *CLEANING_FIELDS)
PLATFORM_FIELDS = ("sip_domain", *CAPABILITY_FIELDS, "disk_quota_mb")
_CHANGEABLE = frozenset({*PROFILE_FIELDS, *PLATFORM_FIELDS})


def tenant_create(
    *,
    name: str,
    sip_domain: str,
    password: str,
    display_name: str = "",
    email: str = "",
    time_zone: str = "UTC",
    is_enabled: bool = True,
    is_password_temporary: bool = True,
    **options: Any,
) -> Tenant:
    """The row, its schema and the user `name` who signs in for it, in one transaction. A temporary password has to be
    changed at the first sign-in. The e-mail address is that of the user; `options` are any other fields that may be
    changed later.
    """
    if unknown := options.keys() - _CHANGEABLE:
        raise TypeError(f"A tenant has no {', '.join(sorted(unknown))}.")
    tenant = Tenant(
        schema_name=new_schema_name(),
        name=name,
        display_name=display_name or name,
        sip_domain=sip_domain,
        time_zone=time_zone,
        is_enabled=is_enabled,
        **{"email": email, **options},
    )
    with no_scope():
        tenant.full_clean()
        if User.objects.filter(username=name).exists():
            raise ValidationError({"name": ValidationError("Somebody signs in by this name.", code="unique")})
        with refusing_duplicates():
            sip_domain_wanted.send(sender=Tenant, sip_domain=tenant.sip_domain)
            tenant.save()
            schema_create(tenant.schema_name)
            user_create(
                role=Role.TENANT,
                tenant=tenant,
                username=name,
                password=password,
                email=email,
                is_temporary=is_password_temporary,
            )
    return tenant


def tenant_update(*, tenant: Tenant, **changes: Any) -> Tenant:
    """Phones must register anew after the SIP domain changed."""
    if unknown := changes.keys() - _CHANGEABLE:
        raise TypeError(f"A tenant's {', '.join(sorted(unknown))} can't be changed.")
    with no_scope(), refusing_duplicates():
        locked = Tenant.objects.select_for_update().get(pk=tenant.pk)
        if locked.is_being_deleted:
            raise ValidationError("The tenant is being deleted.", code="being_deleted")
        former_domain, former_country = locked.sip_domain, locked.country
        for field, value in changes.items():
            setattr(locked, field, value)
        locked.full_clean()
        if locked.sip_domain != former_domain:
            sip_domain_wanted.send(sender=Tenant, sip_domain=locked.sip_domain)
        if locked.country != former_country:
            country_wanted.send(sender=Tenant, tenant=locked)
        locked.save(update_fields=list(changes))
        if locked.sip_domain != former_domain:
            sip_domain_changed.send(sender=Tenant, tenant=locked)
    tenant.refresh_from_db()
    return tenant


def tenant_enable(*, tenant: Tenant) -> Tenant:
    return _set_enabled(tenant, True)


def tenant_disable(*, tenant: Tenant) -> Tenant:
    """Nobody of it signs in, registers or calls any more; everything is kept."""
    return _set_enabled(tenant, False)


def _set_enabled(tenant: Tenant, is_enabled: bool) -> Tenant:
    with no_scope(), transaction.atomic():
        locked = Tenant.objects.select_for_update().get(pk=tenant.pk)
        if locked.is_being_deleted:
            raise ValidationError("The tenant is being deleted.", code="being_deleted")
        Tenant.objects.filter(pk=tenant.pk).update(is_enabled=is_enabled)
        audit_note(target=tenant, name="is_enabled", before=tenant.is_enabled, after=is_enabled)
        if not is_enabled:
            User.objects.filter(tenant=tenant).update(login_generation=F("login_generation") + 1)
    tenant.refresh_from_db()
    return tenant
