"""Managing other people's accounts: what the table of capabilities can't say, because it depends on who it is.

Nobody changes the own rank or locks themselves out, and the last owner stays.
"""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.core.exceptions import ValidationError
from django.db import transaction

from tenants.models import Rank, Role, Tenant, User
from tenants.passwords import password_generate
from tenants.selectors.user import user_list
from tenants.services.second_factor import second_factor_reset
from tenants.services.user import user_create, user_set_password, user_sign_out_everywhere, user_update


class PersonRefused(ValidationError):
    """It would leave nobody to undo it, or somebody with more rights than given."""


def person_create(
    *, tenant: Tenant | None, username: str, rank: str, password: str = "", **fields: Any
) -> tuple[User, str]:
    """An administrator (no tenant) or a tenant's user, and the password, which has to be changed at first sign-in."""
    chosen = password or password_generate()
    user = user_create(
        role=Role.ADMINISTRATOR if tenant is None else Role.TENANT,
        tenant=tenant,
        username=username,
        rank=_rank(rank),
        password=chosen,
        is_temporary=True,
        **fields,
    )
    return user, chosen


def person_update(*, by: User, user: User, **changes: Any) -> User:
    _refuse_extension(user)
    changed = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if not changed:
        return user
    if user.pk == by.pk and changed.keys() & {"rank", "is_active"}:
        raise PersonRefused(
            {
                name: ValidationError("Nobody can change this of themselves.", code="own_account")
                for name in sorted(changed.keys() & {"rank", "is_active"})
            }
        )
    if "rank" in changed:
        _rank(changed["rank"])
    with transaction.atomic():
        if changed.get("rank", Rank.OWNER) != Rank.OWNER or not changed.get("is_active", True):
            _keep_an_owner(user)
        user = user_update(user=user, **changed)
        if changed.get("is_active") is False:
            user_sign_out_everywhere(user=user)
    return user


def person_delete(*, by: User, user: User) -> None:
    _refuse_extension(user)
    if user.pk == by.pk:
        raise PersonRefused("Nobody can delete their own account.", code="own_account")
    with transaction.atomic():
        _keep_an_owner(user)
        # Not by the proxy that lists administrators: what refers to users refers to the model itself.
        User.objects.get(pk=user.pk).delete()


def person_set_password(*, by: User, user: User, password: str = "") -> str:
    """The new password, to be handed over; it has to be changed at first sign-in."""
    if user.pk == by.pk:
        raise PersonRefused("Change your own password on your account page.", code="own_account")
    _refuse_extension(user)
    chosen = password or password_generate()
    user_set_password(user=user, password=chosen, is_temporary=True)
    return chosen


def person_reset_second_factor(*, user: User) -> None:
    """Also of an extension. Whoever is signed in with the lost phone is signed out."""
    with transaction.atomic():
        second_factor_reset(user=user)
        user_sign_out_everywhere(user=user)


def person_unlock(*, user: User) -> None:
    AxesProxyHandler.reset_attempts(username=user.username)


def _rank(value: str) -> Rank:
    if value not in Rank.values:
        raise ValidationError({"rank": ValidationError("Owner, manager or auditor.", code="rank")})
    return Rank(value)


def _keep_an_owner(user: User) -> None:
    """Locked, so that two owners can't remove each other at the same moment."""
    if user.rank != Rank.OWNER or not user.is_active:
        return
    owners = (
        user_list(tenant=user.tenant)
        .select_for_update(of=("self",))
        .filter(role=user.role, rank=Rank.OWNER, is_active=True)
    )
    if not [owner for owner in owners if owner.pk != user.pk]:
        raise PersonRefused("The last owner stays: make somebody else owner first.", code="last_owner")


def _refuse_extension(user: User) -> None:
    if user.role == Role.EXTENSION:
        raise PersonRefused("This sign-in belongs to an extension: change it there.", code="extension")
