"""A text that is encrypted at rest and plain in Python. It can't be searched, sorted or compared in SQL."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

if TYPE_CHECKING:  # generic for the type checker only
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField

_MIN_KEY_LENGTH = 32


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys or any(len(key) < _MIN_KEY_LENGTH for key in keys):
        raise ImproperlyConfigured(f"FIELD_ENCRYPTION_KEY needs keys of {_MIN_KEY_LENGTH} or more characters")
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys]
    )


def _current_cipher() -> MultiFernet:
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS))


def token_open(token: str) -> str:
    """What another process of ours sealed with the same key. Raises InvalidToken for anything else."""
    return _current_cipher().decrypt(token).decode()


class EncryptedTextField(_TextField):
    def get_prep_value(self, value: Any) -> Any:
        plain = super().get_prep_value(value)
        return None if plain is None else _current_cipher().encrypt(plain.encode()).decode("ascii")

    # The audit log tells that it changed and nothing more.
    is_secret = True

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return None if value is None else _current_cipher().decrypt(value).decode()

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull`: every encryption of a text differs, so comparing would silently find nothing."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
