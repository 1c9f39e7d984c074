"""What a password must be, in words, and making one that is."""

from __future__ import annotations

import secrets

from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

# Without letters and digits that are mistaken for each other.
_ALPHABET = "abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRSTUVWXYZ2345679"


def password_rules() -> list[str]:
    """One sentence a rule, to be shown where a password is chosen."""
    return [str(text) for text in password_validators_help_texts()]


def password_generate() -> str:
    """90 bits in four groups that can be read out and typed."""
    while True:
        password = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
        try:
            validate_password(password)
        except ValidationError:
            continue
        return password
