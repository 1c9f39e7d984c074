"""Who may sign in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Now

from tenants.integrity import refusing_duplicates
from tenants.models import ApiToken, Rank, Role, Tenant, User, UserSession
from tenants.roles import NO_RANK
from tenants.services.session import sessions_end


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
    time_zone: str = "",
    is_temporary: bool = False,
) -> User:
    """Administrators and tenants bring a user name and a rank, extensions a number. A temporary password has to be
    changed at the first sign-in.
    """
    if role == Role.EXTENSION and tenant is not None:
        username = extension_username(extension_number, tenant)
    else:
        _require_sign_in_name(username)
    user = User(
        role=role,
        rank=NO_RANK if role == Role.EXTENSION else rank,
        username=username.lower(),
        tenant=tenant,
        extension_number=extension_number,
        email=email.lower(),
        display_name=display_name,
        time_zone=time_zone,
        must_change_password=is_temporary,
    )
    _set_password(user, password)
    with refusing_duplicates():
        user.full_clean()
        user.save()
    return user


def user_update(*, user: User, **changes: Any) -> User:
    """User name, e-mail address, display name, time zone, rank, or whether the user may sign in."""
    if unknown := changes.keys() - {"username", "email", "display_name", "time_zone", "rank", "is_active"}:
        raise TypeError(f"A user's {', '.join(sorted(unknown))} can't be changed.")
    if "username" in changes:
        _require_sign_in_name(changes["username"], user=user)
    for field, value in changes.items():
        setattr(user, field, value.lower() if field in ("username", "email") else value)
    with refusing_duplicates():
        user.full_clean(exclude=["password"])
        user.save(update_fields=list(changes))
    return user


def user_set_password(*, user: User, password: str, is_temporary: bool = False) -> User:
    """Ends the user's sessions and revokes the tokens: who changes a password wants others out."""
    _set_password(user, password)
    user.must_change_password = is_temporary
    with refusing_duplicates():
        user.save(update_fields=["password", "must_change_password"])
        user_sign_out_everywhere(user=user)
    return user


def user_change_own_password(*, user: User, current: str, password: str) -> User:
    """Nobody else at an unlocked screen can do it: the password so far is asked for."""
    if not user.check_password(current):
        raise ValidationError({"current_password": ValidationError("Not your password.", code="wrong")})
    if current == password:
        raise ValidationError(
            {"password": ValidationError("Choose another one than the one so far.", code="same")}
        )
    return user_set_password(user=user, password=password)


def user_sign_out_everywhere(*, user: User) -> None:
    User.objects.filter(pk=user.pk).update(login_generation=F("login_generation") + 1)
    user.refresh_from_db(fields=["login_generation"])
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=Now())
    sessions_end(UserSession.objects.filter(user=user))


def _require_sign_in_name(username: str, *, user: User | None = None) -> None:
    """No @, which the other two ways of signing in have. Who takes another name takes no other company's."""
    if "@" in username or not username.isprintable():
        raise ValidationError({"username": ValidationError("A user name has no @.", code="username")})
    if (
        user is not None
        and Tenant.objects.filter(name=username.lower()).exclude(pk=user.tenant_id or 0).exists()
    ):
        raise ValidationError({"username": ValidationError("It is taken.", code="unique")})


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.error_list}) from error
    user.set_password(password)
