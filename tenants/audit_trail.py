"""Telling the audit log what a request did: who, for which tenant, from where and what changed are known here."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest

from tenants.acting import Actor
from tenants.audit_changes import Change, current_trail, fields_of
from tenants.models import AuditDoor, AuditOutcome, Role, Tenant
from tenants.services.audit import audit_record
from tenants.sign_in import client_ip


def audit_request(
    request: HttpRequest,
    *,
    action: str,
    target: Model | None,
    tenant: Tenant | None = None,
    outcome: AuditOutcome = AuditOutcome.OK,
    reason: str = "",
    changes: dict[str, Change] | None = None,
    object_type: str = "",
    object_id: str = "",
) -> None:
    """Call it inside the transaction of the change, after it (before it for a deletion). What was saved since the
    last call stands in the entry, field by field. `tenant` only where it is not the one acted in.
    """
    actor: Actor | None = getattr(request, "actor", None)
    trail = current_trail()
    if trail is not None:
        trail.recorded += 1
        trail.has_failed = trail.has_failed or outcome == AuditOutcome.FAILED
        if changes is None and target is not None and outcome == AuditOutcome.OK:
            changes = trail.take(target)
    if not changes and target is not None and action.endswith(".delete") and outcome == AuditOutcome.OK:
        changes = fields_of(target)
    audit_record(
        action=action,
        target=target,
        user=actor.user if actor else None,
        tenant=tenant if tenant is not None else actor.tenant if actor else None,
        ip=client_ip(request),
        door=AuditDoor.CONSOLE if actor is None or actor.token is None else AuditDoor.REST,
        is_on_behalf=actor is not None and actor.role == Role.ADMINISTRATOR and actor.tenant is not None,
        outcome=outcome,
        reason=reason,
        changes=changes,
        object_type=object_type,
        object_id=object_id,
    )


def audit_request_failed(
    request: HttpRequest, *, action: str, reason: str, object_type: str = "", object_id: str = ""
) -> None:
    """What was wanted and not done. Outside the transaction that failed, or it goes with it."""
    audit_request(
        request,
        action=action,
        target=None,
        outcome=AuditOutcome.FAILED,
        reason=reason,
        object_type=object_type,
        object_id=object_id,
    )
