"""The person who signs in for an extension. Every extension has one; without a web password nobody can be it.

Numbers, states and deletions follow by the trigger on extensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models.functions import Now

from tenants.integrity import refusing_duplicates
from tenants.models import ApiToken, Role, Tenant, User
from tenants.roles import NO_RANK
from tenants.selectors.user import user_find_by_extension
from tenants.services.user import extension_username, user_set_password

_BATCH = 500
EMAIL_TAKEN = "Somebody else uses this e-mail address."


def extension_user_new(
    *, tenant: Tenant, number: str, email: str, display_name: str, is_active: bool
) -> User:
    """Not saved, and without a password that anybody could know."""
    user = User(
        role=Role.EXTENSION,
        rank=NO_RANK,
        tenant=tenant,
        username=extension_username(number, tenant),
        extension_number=number,
        email=email,
        display_name=display_name,
        is_active=is_active,
    )
    user.set_unusable_password()
    return user


def extension_user_sync(
    *, tenant: Tenant, number: str, email: str, display_name: str, is_active: bool
) -> User:
    """As the extension says; made if there is none yet."""
    email = email.lower()
    user = user_find_by_extension(tenant=tenant, number=number)
    if email and (user is None or user.email != email):
        _require_free(email, user)
    if user is None:
        user = extension_user_new(
            tenant=tenant, number=number, email=email, display_name=display_name, is_active=is_active
        )
    user.email, user.display_name = email, display_name
    with refusing_duplicates():
        user.full_clean(exclude=["password"])
        user.save()
    return user


def extension_user_set_password(*, tenant: Tenant, number: str, password: str) -> User:
    """Ends the person's sessions and tokens."""
    user = User.objects.get(tenant=tenant, role=Role.EXTENSION, extension_number=number)
    return user_set_password(user=user, password=password)


def _require_free(email: str, user: User | None) -> None:
    others = User.objects.filter(email__iexact=email)
    if user is not None:
        others = others.exclude(pk=user.pk)
    if others.exists():
        raise ValidationError({"email": ValidationError(EMAIL_TAKEN, code="unique")})


@dataclass(frozen=True, slots=True)
class ExtensionUser:
    """What the person of an extension is to be; an empty `password_hash` leaves the password as it is."""

    number: str
    email: str
    display_name: str
    is_active: bool
    password_hash: str = ""


def extension_users_sync(*, tenant: Tenant, users: Sequence[ExtensionUser]) -> None:
    """Many at once. Whoever calls has validated them; a duplicate e-mail address is an IntegrityError."""
    numbers = [one.number for one in users]
    present = {
        user.extension_number: user
        for user in User.objects.filter(tenant=tenant, role=Role.EXTENSION, extension_number__in=numbers)
    }
    new: list[User] = []
    for one in users:
        user = present.get(one.number)
        if user is None:
            user = extension_user_new(
                tenant=tenant,
                number=one.number,
                email=one.email,
                display_name=one.display_name,
                is_active=one.is_active,
            )
            new.append(user)
        user.email, user.display_name = one.email, one.display_name
        if one.password_hash:
            user.password = one.password_hash
            user.login_generation += 1
    User.objects.bulk_create(new, batch_size=_BATCH)
    fields = ["email", "display_name", "password", "login_generation"]
    User.objects.bulk_update(present.values(), fields, batch_size=_BATCH)
    renewed = [one.number for one in users if one.password_hash and one.number in present]
    ApiToken.objects.filter(user__tenant=tenant, user__extension_number__in=renewed, revoked_at=None).update(
        revoked_at=Now()
    )
