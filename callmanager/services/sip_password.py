"""SIP passwords nobody has to invent."""

from __future__ import annotations

import secrets

from callmanager.domain.passwords import find_weakness

# Without the letters and digits people mistake for each other when they type them into a phone.
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 20


def sip_password_generate(*, number: str) -> str:
    """More than 110 bits, and accepted by our own rules."""
    while True:
        password = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        if find_weakness(password, number) is None:
            return password
