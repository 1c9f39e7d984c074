"""Passwords of trunks cross from the web to the worker encrypted; both sides derive their keys alike."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from sipworker.credentials import PasswordSafe, PasswordUnreadableError
from tenants.encrypted_field import _cipher

OLD, NEW = "an old key of at least 32 characters", "a new key that has 32 characters or more"


def test_the_worker_opens_what_the_web_has_encrypted() -> None:
    token = _cipher((NEW, OLD)).encrypt("sécret €".encode()).decode()
    assert PasswordSafe([NEW]).open(token) == "sécret €"


def test_a_password_of_the_old_key_opens_after_a_change_of_keys() -> None:
    token = _cipher((OLD,)).encrypt(b"secret").decode()
    assert PasswordSafe([NEW, OLD]).open(token) == "secret"


def test_a_trunk_without_a_password_has_none() -> None:
    assert PasswordSafe([NEW]).open("") == ""


@pytest.mark.parametrize("token", ["not a token", "ä", Fernet(Fernet.generate_key()).encrypt(b"x").decode()])
@pytest.mark.parametrize("keys", [[], [NEW]])
def test_what_no_key_opens_is_said_without_saying_what(keys: list[str], token: str) -> None:
    with pytest.raises(PasswordUnreadableError) as raised:
        PasswordSafe(keys).open(token)
    assert token not in str(raised.value)
    assert raised.value.__cause__ is None
