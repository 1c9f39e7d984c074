"""Passwords nobody has to invent."""

from __future__ import annotations

import secrets

from callmanager.domain.passwords import find_weakness

# No 0/o, 1/l/i, no capitals: these are read out, and typed into phones by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 5, 4


def sip_password_generate(*, number: str = "") -> str:
    """Nearly 100 bits in groups, and accepted by our own rules. Good for signing in to the console too."""
    while True:
        groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
        password = "-".join(groups)
        if find_weakness(password, number) is None:
            return password
