"""Writing the audit log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Model

from tenants.audit_changes import Change
from tenants.models import AuditDoor, AuditEntry, AuditOutcome, Tenant, User

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
REASON_LENGTH = 500


def audit_record(
    *,
    action: str,
    target: Model | None,
    user: User | None,
    tenant: Tenant | None,
    ip: str | None,
    door: AuditDoor = AuditDoor.SYSTEM,
    is_on_behalf: bool = False,
    outcome: AuditOutcome = AuditOutcome.OK,
    reason: str = "",
    changes: Mapping[str, Change] | None = None,
    object_type: str = "",
    object_id: str = "",
    username: str = "",
) -> AuditEntry:
    """Inside the transaction of what it tells of, so that neither exists without the other.

    `object_type` and `object_id` stand in for a target that does not exist, `username` for a user who does not.
    """
    return AuditEntry.objects.create(
        user=user,
        username=user.username if user else username,
        role=user.role if user else "",
        tenant=tenant if tenant is not None and tenant.pk else None,
        tenant_name=tenant.name if tenant else "",
        is_on_behalf=is_on_behalf,
        door=door,
        action=action[:64],
        object_type=object_type_of(type(target)) if target is not None else object_type[:64],
        object_id=str(target.pk or "")[:64] if target is not None else object_id[:64],
        object_name=str(target)[:200] if target is not None else "",
        outcome=outcome,
        # Refusals quote what was sent, and the database takes no NUL.
        reason=reason.replace("\0", "")[:REASON_LENGTH],
        changes=dict(changes or {}),
        ip=ip,
    )


def audit_expire(*, before: datetime) -> int:
    """Forget what is older; the number of entries."""
    return AuditEntry.objects.filter(at__lt=before).delete()[0]


def object_type_of(model: type[Model]) -> str:
    """`ApiToken` is `api_token`: the word that actions begin with."""
    return _WORD_STARTS.sub("_", model.__name__).lower()
