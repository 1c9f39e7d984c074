"""Who may sign in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Now

from tenants.integrity import refusing_duplicates
from tenants.models import ApiToken, Rank, Role, Tenant, User
from tenants.roles import NO_RANK


def extension_username(number: str, tenant: Tenant) -> str:
    """Unique everywhere, because tenants' names are; the trigger on extensions builds the same."""
    return f"{number.lower()}@{tenant.name}"


def user_create(
    *,
    role: Role,
    password: str,
    username: str = "",
    tenant: Tenant | None = None,
    extension_number: str = "",
    email: str = "",
    display_name: str = "",
    rank: Rank = Rank.OWNER,
) -> User:
    """Administrators and tenants bring a user name and a rank, extensions a number."""
    if role == Role.EXTENSION and tenant is not None:
        username = extension_username(extension_number, tenant)
    elif "@" in username:
        raise ValidationError({"username": ValidationError("A user name has no @.", code="username")})
    user = User(
        role=role,
        rank=NO_RANK if role == Role.EXTENSION else rank,
        username=username.lower(),
        tenant=tenant,
        extension_number=extension_number,
        email=email.lower(),
        display_name=display_name,
    )
    _set_password(user, password)
    with refusing_duplicates():
        user.full_clean()
        user.save()
    return user


def user_update(*, user: User, **changes: Any) -> User:
    """E-mail address, display name, or whether the user may sign in."""
    if unknown := changes.keys() - {"email", "display_name", "is_active"}:
        raise TypeError(f"A user's {', '.join(sorted(unknown))} can't be changed.")
    for field, value in changes.items():
        setattr(user, field, value.lower() if field == "email" else value)
    with refusing_duplicates():
        user.full_clean(exclude=["password"])
        user.save(update_fields=list(changes))
    return user


def user_set_password(*, user: User, password: str) -> User:
    """Ends the user's sessions and revokes the tokens: who changes a password wants others out."""
    _set_password(user, password)
    with refusing_duplicates():
        user.save(update_fields=["password"])
        user_sign_out_everywhere(user=user)
    return user


def user_sign_out_everywhere(*, user: User) -> None:
    User.objects.filter(pk=user.pk).update(login_generation=F("login_generation") + 1)
    user.refresh_from_db(fields=["login_generation"])
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=Now())


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.error_list}) from error
    user.set_password(password)
