"""Which users there are, and whom a sign-in name means."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from tenants.models import Role, SecondFactor, Tenant, User


def user_list(*, tenant: Tenant | None) -> QuerySet[User]:
    """The users of one tenant, or (None) the administrators."""
    return User.objects.filter(tenant=tenant)


def person_list(*, tenant: Tenant | None) -> QuerySet[User]:
    """The same for lists that people read: a tenant's own users before its extensions."""
    return with_sign_in_state(user_list(tenant=tenant)).select_related("tenant").order_by("-role", "username")


def with_sign_in_state(users: QuerySet[User]) -> QuerySet[User]:
    """`has_second_factor` and `is_locked` of each."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    failures = AccessAttempt.objects.filter(
        username=OuterRef("username"),
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=since,
    )
    factors = SecondFactor.objects.filter(user=OuterRef("pk"), confirmed_at__isnull=False)
    return users.annotate(has_second_factor=Exists(factors), is_locked=Exists(failures))


def user_find_by_sign_in_name(name: str) -> User | None:
    """`name`, `number@sip-domain` or an e-mail address, in this order."""
    users = User.objects.select_related("tenant")
    if "@" not in name:
        return users.filter(username=name.lower()).exclude(role=Role.EXTENSION).first()
    number, _, domain = name.rpartition("@")
    extension = users.filter(
        role=Role.EXTENSION, extension_number=number, tenant__sip_domain=domain.lower()
    ).first()
    return extension or users.filter(email__iexact=name).exclude(email="").first()


def user_find_by_extension(*, tenant: Tenant, number: str) -> User | None:
    return User.objects.filter(tenant=tenant, role=Role.EXTENSION, extension_number=number).first()
