"""Telling the audit log what a request did: who, for which tenant and from where are known here."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest

from tenants.acting import Actor
from tenants.models import Tenant
from tenants.services.audit import audit_record
from tenants.sign_in import client_ip


def audit_request(request: HttpRequest, *, action: str, target: Model, tenant: Tenant | None = None) -> None:
    """Call it inside the transaction of the change. `tenant` only where it is not the one acted in."""
    actor: Actor | None = getattr(request, "actor", None)
    audit_record(
        action=action,
        target=target,
        user=actor.user if actor else None,
        tenant=tenant if tenant is not None else actor.tenant if actor else None,
        ip=client_ip(request),
    )
