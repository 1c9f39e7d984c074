"""The life of a tenant."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F

from tenants.audit_changes import audit_note
from tenants.files import tenant_files_remove
from tenants.integrity import refusing_duplicates
from tenants.models import Role, Tenant, User
from tenants.models.tenant import new_schema_name
from tenants.schema_template import schema_create
from tenants.scope import no_scope
from tenants.services.user import user_create
from tenants.signals import sip_domain_changed

_CHANGEABLE = frozenset({"display_name", "sip_domain", "time_zone"})


def tenant_create(
    *,
    name: str,
    sip_domain: str,
    password: str,
    display_name: str = "",
    email: str = "",
    time_zone: str = "UTC",
    is_enabled: bool = True,
) -> Tenant:
    """The row, its schema and the user `name` who signs in for it, in one transaction."""
    tenant = Tenant(
        schema_name=new_schema_name(),
        name=name,
        display_name=display_name or name,
        sip_domain=sip_domain,
        time_zone=time_zone,
        is_enabled=is_enabled,
    )
    with no_scope():
        tenant.full_clean()
        if User.objects.filter(username=name).exists():
            raise ValidationError({"name": ValidationError("Somebody signs in by this name.", code="unique")})
        with refusing_duplicates():
            tenant.save()
            schema_create(tenant.schema_name)
            user_create(role=Role.TENANT, tenant=tenant, username=name, password=password, email=email)
    return tenant


def tenant_update(*, tenant: Tenant, **changes: Any) -> Tenant:
    """Display name, SIP domain or time zone. Phones must register anew after the SIP domain changed."""
    if unknown := changes.keys() - _CHANGEABLE:
        raise TypeError(f"A tenant's {', '.join(sorted(unknown))} can't be changed.")
    with no_scope(), refusing_duplicates():
        locked = Tenant.objects.select_for_update().get(pk=tenant.pk)
        former_domain = locked.sip_domain
        for field, value in changes.items():
            setattr(locked, field, value)
        locked.full_clean()
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


def tenant_delete(*, tenant: Tenant) -> None:
    """With everything that belongs to it. There is no way back."""
    with no_scope(), transaction.atomic():
        # A table with checks that still wait for the end of the transaction can't be dropped.
        connection.check_constraints()
        tenant_files_remove(tenant)
        tenant.delete(force_drop=True)  # type: ignore[call-arg]  # django-tenants' own argument


def _set_enabled(tenant: Tenant, is_enabled: bool) -> Tenant:
    with no_scope(), transaction.atomic():
        Tenant.objects.filter(pk=tenant.pk).update(is_enabled=is_enabled)
        audit_note(target=tenant, name="is_enabled", before=tenant.is_enabled, after=is_enabled)
        if not is_enabled:
            User.objects.filter(tenant=tenant).update(login_generation=F("login_generation") + 1)
    tenant.refresh_from_db()
    return tenant
