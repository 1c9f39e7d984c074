"""What console and REST do alike when a password was forgotten: limits, the link's address, the audit log."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest

from tenants.middleware import API_PREFIX
from tenants.models import AuditDoor, User
from tenants.public_url import find_public_url
from tenants.rate_limit import rate_limit
from tenants.services.audit import audit_record
from tenants.services.password_reset import password_reset_request, password_reset_use
from tenants.sign_in import client_ip

REQUESTS_PER_HOUR = 10


def reset_asked_for(request: HttpRequest, name: str) -> None:
    """RateLimited by address; says nothing else, whether there is such an account or not."""
    rate_limit(f"password_reset:{client_ip(request)}", at_most=REQUESTS_PER_HOUR, per_s=3600)
    address = find_public_url(request)
    if address is None:
        return
    user = password_reset_request(name=name, link_prefix=f"{address}/password-reset/")
    if user is not None:
        _record(request, "user.password_reset_request", user)


def reset_done(request: HttpRequest, secret: str, password: str) -> None:
    rate_limit(f"password_reset_use:{client_ip(request)}", at_most=60, per_s=3600)
    with transaction.atomic():
        _record(request, "user.password_reset", password_reset_use(secret=secret, password=password))


def _record(request: HttpRequest, action: str, user: User) -> None:
    audit_record(
        action=action,
        target=user,
        user=user,
        tenant=user.tenant,
        ip=client_ip(request),
        door=AuditDoor.REST if request.path.startswith(API_PREFIX) else AuditDoor.CONSOLE,
    )
