"""What people change of their own account."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from tenants.models import Role, User
from tenants.services.user import user_update

_OF_THE_EXTENSION = frozenset({"username", "display_name", "email"})
# By these somebody signs in, or gets a new password.
_TAKES_THE_PASSWORD = frozenset({"username", "email"})


def account_update(*, user: User, current_password: str = "", **changes: Any) -> User:
    """User name, name, e-mail address, time zone. Who only found the screen unlocked changes nothing of signing in."""
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
    if changed.keys() & _TAKES_THE_PASSWORD and not user.check_password(current_password):
        raise ValidationError(
            {
                "current_password": ValidationError(
                    "A new user name or address takes your password.", code="wrong"
                )
            }
        )
    return user_update(user=user, **changed) if changed else user
