"""The life of an extension: the account of its phones and the user behind it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from callmanager.models import Extension
from tenants.integrity import refusing_duplicates
from tenants.models import Role, Tenant
from tenants.scope import current_tenant_id, tenant_scope
from tenants.selectors.tenant import tenant_get
from tenants.selectors.user import user_find_by_extension
from tenants.services.user import user_create, user_set_password, user_update
from tenants.signals import sip_domain_changed

_CHANGEABLE = frozenset({"number", "display_name", "email", "is_enabled", "ring_timeout_s", "sip_password"})


def extension_create(
    *,
    number: str,
    sip_password: str,
    web_password: str | None = None,
    display_name: str = "",
    email: str = "",
    is_enabled: bool = True,
    ring_timeout_s: int = 30,
) -> Extension:
    """In the tenant of the scope. Without a web password nobody signs in for it."""
    extension = Extension(
        number=number,
        sip_password=sip_password,
        display_name=display_name,
        email=email.lower(),
        is_enabled=is_enabled,
        ring_timeout_s=ring_timeout_s,
    )
    with refusing_duplicates():
        extension.full_clean(exclude=["ha1"])
        extension.save()
        if web_password is not None:
            extension_set_web_password(extension=extension, web_password=web_password)
    return extension


def extension_update(*, extension: Extension, web_password: str | None = None, **changes: Any) -> Extension:
    if unknown := changes.keys() - _CHANGEABLE:
        raise TypeError(f"An extension's {', '.join(sorted(unknown))} can't be changed.")
    for field, value in changes.items():
        setattr(extension, field, value)
    with refusing_duplicates():
        extension.full_clean(exclude=["ha1"])
        if changes:
            extension.save(update_fields=[*changes, "updated_at"])
        if changes.keys() & {"email", "display_name"}:
            _update_user(extension)
        if web_password is not None:
            extension_set_web_password(extension=extension, web_password=web_password)
    return extension


def extension_set_web_password(*, extension: Extension, web_password: str) -> None:
    """Makes the user who signs in for this extension if there is none yet."""
    tenant = tenant_get(tenant_id=current_tenant_id())
    user = user_find_by_extension(tenant=tenant, number=extension.number)
    if user is not None:
        user_set_password(user=user, password=web_password)
        return
    user = user_create(
        role=Role.EXTENSION,
        tenant=tenant,
        extension_number=extension.number,
        password=web_password,
        email=extension.email,
        display_name=extension.display_name,
    )
    if not extension.is_enabled:
        user_update(user=user, is_active=False)


def extension_delete(*, extension: Extension) -> None:
    """A trigger retires the user behind it and takes it out of the SIP directory."""
    extension.delete()


def _update_user(extension: Extension) -> None:
    tenant = tenant_get(tenant_id=current_tenant_id())
    user = user_find_by_extension(tenant=tenant, number=extension.number)
    if user is not None:
        user_update(user=user, email=extension.email, display_name=extension.display_name)


@receiver(sip_domain_changed, dispatch_uid="callmanager.extension_ha1_recompute")
def extension_ha1_recompute(tenant: Tenant, **_: object) -> None:
    with tenant_scope(tenant):
        extensions = list(Extension.objects.only("number", "sip_password", "ha1"))
        for extension in extensions:
            extension.set_ha1(tenant.sip_domain)
        Extension.objects.bulk_update(extensions, ["ha1"], batch_size=500)
