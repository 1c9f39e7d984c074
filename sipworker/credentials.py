"""Opens and seals passwords of trunks and PINs, which the rest of the worker sees encrypted. Never logged."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class PasswordUnreadableError(ValueError):
    """It was encrypted with a key that this worker does not have."""


class PasswordSafe:
    """The same derivation as `tenants/encrypted_field.py`: a worker knows nothing of Django."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._cipher = MultiFernet([Fernet(_fernet_key(key)) for key in keys]) if keys else None

    def open(self, token: str) -> str:
        """The password; none for a trunk without one."""
        if not token:
            return ""
        try:
            if self._cipher is None:
                raise InvalidToken
            return self._cipher.decrypt(token).decode()
        except (InvalidToken, ValueError):
            raise PasswordUnreadableError("no key of FIELD_ENCRYPTION_KEY opens it") from None

    def seal(self, password: str) -> str:
        """What `open` and the Django side read."""
        if self._cipher is None:
            raise PasswordUnreadableError("there is no FIELD_ENCRYPTION_KEY")
        return self._cipher.encrypt(password.encode()).decode()


def _fernet_key(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())
