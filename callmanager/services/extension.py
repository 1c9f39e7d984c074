"""The life of an extension: the account of its phones and the user behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import receiver

from callmanager.domain.passwords import find_weakness
from callmanager.domain.week_hours import document_of, parse_intervals
from callmanager.models import Extension, ExtensionGroup
from callmanager.selectors.usage import extension_usage
from callmanager.services.extension_exception import WantedException, exceptions_set
from callmanager.services.extension_forward import WantedForward, forwards_set
from callmanager.services.extension_group import extension_set_groups
from callmanager.services.extension_numbers import extension_numbers_check
from callmanager.services.extension_photo import photos_forget
from callmanager.services.extension_status import extension_status_announce
from callmanager.services.extension_welcome import welcome_send_if_possible
from callmanager.services.in_use import refuse_if_used
from callmanager.services.outbound_rule import outbound_callers_rename
from callmanager.services.routing_guard import routing_guarded
from tenants.integrity import refusing_duplicates
from tenants.models import Tenant
from tenants.scope import current_tenant_id, tenant_scope
from tenants.selectors.tenant import tenant_get
from tenants.services.extension_user import extension_user_set_password, extension_user_sync
from tenants.signals import sip_domain_changed

EXTENSION_FIELDS = (
    "number",
    "first_name",
    "last_name",
    "display_name",
    "gender",
    "email",
    "mobile",
    "did",
    "outbound_caller_id",
    "emergency_caller_id",
    "is_audio_recorded",
    "is_video_recorded",
    "is_enabled",
    "ring_timeout_s",
    "has_own_hours",
    "week",
    "time_zone",
    "status",
    "is_decline_final",
    "may_set_caller_id",
    "max_external_calls",
    "max_external_minutes_per_day",
)
_CHANGEABLE = frozenset({*EXTENSION_FIELDS, "sip_password"})
_OF_THE_USER = frozenset({"email", "display_name"})


@routing_guarded
def extension_create(
    *,
    number: str,
    sip_password: str,
    web_password: str | None = None,
    exceptions: Iterable[WantedException] | None = None,
    forwards: Iterable[WantedForward] | None = None,
    groups: Collection[ExtensionGroup] = (),
    **fields: Any,
) -> Extension:
    """In the tenant of the scope. Without a web password nobody signs in for it; without groups it is in DEFAULT."""
    extension = Extension(number=number, sip_password=sip_password)
    _set(extension, fields)
    extension.display_name = extension.display_name or extension.full_name[:100]
    with refusing_duplicates():
        _require_strong(extension)
        _check(extension, exclude=["ha1"])
        extension_numbers_check(extension=extension, number_before="", did_before="")
        extension.save()
        _sync_user(extension)
        if groups:
            extension_set_groups(extension=extension, groups=groups)
        _set_lists(extension, exceptions, forwards)
        if web_password is not None:
            extension_set_web_password(extension=extension, web_password=web_password)
        welcome_send_if_possible(tenant=tenant_get(tenant_id=current_tenant_id()), extension=extension)
    return extension


@routing_guarded
def extension_update(
    *,
    extension: Extension,
    web_password: str | None = None,
    exceptions: Iterable[WantedException] | None = None,
    forwards: Iterable[WantedForward] | None = None,
    groups: Collection[ExtensionGroup] | None = None,
    **changes: Any,
) -> Extension:
    changes |= _following_name(extension, changes)
    old_number, old_did, old_status = extension.number, extension.did, extension.status
    has_new_sip_password = changes.get("sip_password") is not None
    _set(extension, changes)
    with refusing_duplicates():
        if has_new_sip_password:
            _require_strong(extension)
        _check(extension, exclude=["ha1"] if has_new_sip_password else ["ha1", "sip_password"])
        extension_numbers_check(extension=extension, number_before=old_number, did_before=old_did)
        if changes:
            extension.save(update_fields=[*changes, "updated_at"])
        if groups is not None:
            extension_set_groups(extension=extension, groups=groups)
        outbound_callers_rename(old=old_number, new=extension.number)
        _set_lists(extension, exceptions, forwards)
        if extension.status != old_status:
            extension_status_announce(extension=extension)
        if changes.keys() & _OF_THE_USER or web_password is not None:
            _sync_user(extension)
        if web_password is not None:
            extension_set_web_password(extension=extension, web_password=web_password)
    return extension


def extension_set_web_password(*, extension: Extension, web_password: str) -> None:
    extension_user_set_password(
        tenant=tenant_get(tenant_id=current_tenant_id()), number=extension.number, password=web_password
    )


@routing_guarded
def extension_delete(*, extension: Extension) -> None:
    """A trigger retires the user behind it and takes it out of the SIP directory. InUse while others point at it."""
    with transaction.atomic():
        refuse_if_used(extension_usage(ids=[extension.pk]))
        photos_forget(extension_ids=[extension.pk])
        extension.delete()


def _set_lists(
    extension: Extension,
    exceptions: Iterable[WantedException] | None,
    forwards: Iterable[WantedForward] | None,
) -> None:
    if exceptions is not None:
        exceptions_set(extension=extension, wanted=exceptions)
    if forwards is not None:
        forwards_set(extension=extension, wanted=forwards)


def _set(extension: Extension, fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - _CHANGEABLE:
        raise TypeError(f"An extension's {', '.join(sorted(unknown))} can't be changed.")
    for field, value in fields.items():
        setattr(extension, field, value.lower() if field == "email" else value)


def _check(extension: Extension, *, exclude: Iterable[str]) -> None:
    extension.full_clean(exclude=exclude)
    extension.week = document_of(parse_intervals(extension.week))


def _following_name(extension: Extension, changes: dict[str, Any]) -> dict[str, str]:
    """The display name is that of the person until somebody writes another one."""
    is_own = extension.display_name not in ("", extension.full_name[:100])
    if changes.get("display_name") or (is_own and "display_name" not in changes):
        return {}
    first = changes.get("first_name", extension.first_name)
    last = changes.get("last_name", extension.last_name)
    name = f"{first} {last}".strip()[:100]
    if "display_name" not in changes and not changes.keys() & {"first_name", "last_name"}:
        return {}
    return {"display_name": name}


def _require_strong(extension: Extension) -> None:
    if weakness := find_weakness(extension.sip_password, extension.number):
        raise ValidationError({"sip_password": ValidationError(weakness, code="weak_password")})


def _sync_user(extension: Extension) -> None:
    extension_user_sync(
        tenant=tenant_get(tenant_id=current_tenant_id()),
        number=extension.number,
        email=extension.email,
        display_name=extension.display_name,
        is_active=extension.is_enabled,
    )


@receiver(sip_domain_changed, dispatch_uid="callmanager.extension_ha1_recompute")
def extension_ha1_recompute(tenant: Tenant, **_: object) -> None:
    with tenant_scope(tenant):
        extensions = list(Extension.objects.only("number", "sip_password", "ha1"))
        for extension in extensions:
            extension.set_ha1(tenant.sip_domain)
        Extension.objects.bulk_update(extensions, ["ha1"], batch_size=500)
