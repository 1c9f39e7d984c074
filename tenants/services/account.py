"""What people change of their own account."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from tenants.models import Role, User
from tenants.services.user import user_update

_OF_THE_EXTENSION = frozenset({"display_name", "email"})


def account_update(*, user: User, current_password: str = "", **changes: Any) -> User:
    """Name, e-mail address, time zone. The address takes the password: whoever has it can reset the password."""
    changed = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if user.role == Role.EXTENSION and changed.keys() & _OF_THE_EXTENSION:
        raise ValidationError(
            {
                name: ValidationError(
                    "It belongs to the extension; your administrator changes it.", code="extension"
                )
                for name in sorted(changed.keys() & _OF_THE_EXTENSION)
            }
        )
    if "email" in changed and not user.check_password(current_password):
        raise ValidationError(
            {"current_password": ValidationError("A new address takes your password.", code="wrong")}
        )
    return user_update(user=user, **changed) if changed else user
