"""Administrators learn by e-mail of a trunk that stays down, once per outage, and when it is back for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from callmanager.domain.trunk_accounts import TrunkState
from callmanager.fleet.models import TrunkStatus
from tenants.models import Role, User
from tenants.services.mail import mail_send

DOWN_FOR = timedelta(minutes=1)
# A trunk that comes and goes is one outage: it is over when nothing has happened for so long.
BACK_FOR = timedelta(minutes=1)
_USABLE = [state.value for state in TrunkState if state.is_usable]


def trunk_outages_mail() -> int:
    """How many trunks were written about."""
    now = timezone.now()
    down = TrunkStatus.objects.filter(down_since__lte=now - DOWN_FOR, mailed_at=None, trunk__is_enabled=True)
    back = TrunkStatus.objects.filter(
        state__in=_USABLE, since__lte=now - BACK_FOR, down_since=None, mailed_at__isnull=False
    )
    return sum(_mail_down(status, now) for status in down.select_related("trunk")) + sum(
        _mail_back(status) for status in back.select_related("trunk")
    )


def _mail_down(status: TrunkStatus, now: datetime) -> int:
    with transaction.atomic():
        claimed = TrunkStatus.objects.filter(pk=status.pk, mailed_at=None, down_since__isnull=False)
        if not claimed.update(mailed_at=now):
            return 0
        error = f"{status.error_code} {status.error_reason}" if status.error_code else "none"
        _mail_administrators(
            f"Trunk {status.trunk.name} is down",
            f"The trunk {status.trunk.name} ({status.trunk.host}) has not been usable since "
            f"{status.down_since or now:%Y-%m-%d %H:%M:%S} UTC.\n\n"
            f"State: {status.state}\nLast error: {error}\n\n"
            "Calls out take the next route of their rule, if there is one. You will get another mail when the "
            "trunk is back, and none before.\n",
        )
    return 1


def _mail_back(status: TrunkStatus) -> int:
    with transaction.atomic():
        claimed = TrunkStatus.objects.filter(pk=status.pk, mailed_at=status.mailed_at, down_since=None)
        if not claimed.update(mailed_at=None):
            return 0
        _mail_administrators(
            f"Trunk {status.trunk.name} is back",
            f"The trunk {status.trunk.name} ({status.trunk.host}) has been usable again since "
            f"{status.since:%Y-%m-%d %H:%M:%S} UTC.\n",
        )
    return 1


def _mail_administrators(subject: str, text: str) -> None:
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(email="")
    for address in sorted(set(administrators.values_list("email", flat=True))):
        mail_send(tenant=None, to=address, subject=subject, text=text)
