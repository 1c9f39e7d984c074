"""Secrets that are made once and kept in `secrets.env`, readable by their owner alone."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from deploy.stack.errors import StackError


@dataclass(frozen=True, slots=True)
class Keys:
    secret_key: str
    field_encryption_key: str
    postgres_password: str
    edge_postgres_password: str
    redis_password: str


NAMES = {
    "secret_key": "SECRET_KEY",
    "field_encryption_key": "FIELD_ENCRYPTION_KEY",
    "postgres_password": "PBX_POSTGRES_PASSWORD",
    "edge_postgres_password": "PBX_EDGE_POSTGRES_PASSWORD",
    "redis_password": "PBX_REDIS_PASSWORD",
}


def keys_make() -> Keys:
    return Keys(
        secret_key=secrets.token_urlsafe(48),
        field_encryption_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        # Hexadecimal, so that they need no quoting in a URL, in SQL or in a configuration file.
        postgres_password=secrets.token_hex(20),
        edge_postgres_password=secrets.token_hex(20),
        redis_password=secrets.token_hex(20),
    )


def keys_load_or_make(state_dir: Path) -> Keys:
    path = state_dir / "secrets.env"
    if path.exists():
        return _keys_read(path)
    if (state_dir / "postgres" / "data").exists():
        raise StackError(
            f"{path} is gone but its database is still there; restore that file, or run `make clean`."
        )
    keys = keys_make()
    env_file_write(path, {variable: getattr(keys, name) for name, variable in NAMES.items()})
    return keys


def _keys_read(path: Path) -> Keys:
    found = env_file_read(path)
    missing = [variable for variable in NAMES.values() if not found.get(variable)]
    if missing:
        raise StackError(f"{path} lacks {', '.join(missing)}; restore that file, or run `make clean`.")
    return Keys(**{name: found[variable] for name, variable in NAMES.items()})


def env_file_read(path: Path) -> dict[str, str]:
    """`NAME=value` a line, no quotes."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value for name, value in pairs}


def env_file_write(path: Path, values: Mapping[str, str]) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    broken = [name for name, value in values.items() if "\n" in value]
    if broken:
        raise StackError(f"{broken[0]} must not contain a line break.")
    private_file_write(path, "".join(f"{name}={value}\n" for name, value in values.items()))


def private_file_write(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def private_file_open(path: Path, mode: Literal["ab", "wb"]) -> IO[bytes]:
    """For us alone, also if it was made when others could still read it."""
    how = os.O_APPEND if mode == "ab" else os.O_TRUNC
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, mode)
