"""What a role may do, as one table. Which rows it may do it to is the scope's business, not this file's."""

from __future__ import annotations

from typing import assert_never

from tenants.roles import Role

# "app_label.action_model" by prefix; what is not named is refused.
_TENANT_PREFIXES = (
    "callmanager.",
    "billing.",
    "provisioning.",
    "fleet.view_",
)


def is_permitted(role: Role, permission: str) -> bool:
    match role:
        case Role.ADMINISTRATOR:
            return True
        case Role.TENANT:
            return permission.startswith(_TENANT_PREFIXES)
        case Role.EXTENSION:
            return False
        case _:
            assert_never(role)
