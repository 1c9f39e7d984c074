"""Typed readers of the environment. A wrong or missing value stops the process with one clear sentence."""

from __future__ import annotations

import os
import shlex
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

ENV_FILE_NAME = "tandem.env"

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


class EnvironmentInvalid(RuntimeError):
    """A variable is missing or can't be understood; the message names it and never shows a secret."""


def load_state_environment() -> None:
    """Take over `$PBX_STATE_DIR/tandem.env` for every variable the process was not given."""
    path = env_path("PBX_STATE_DIR", Path("var")) / ENV_FILE_NAME
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        if len(words) != 1 or "=" not in words[0]:
            raise EnvironmentInvalid(f"{path}, line {number}: NAME=VALUE expected")
        name, _, value = words[0].partition("=")
        os.environ.setdefault(name, value)


def env_str(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise EnvironmentInvalid(f"{name} is not set; start by `make run` or set it")
    return value


def env_secret(name: str, *, at_least: int = 32) -> str:
    """A secret without a default; short ones are refused."""
    value = env_str(name)
    if len(value) < at_least:
        raise EnvironmentInvalid(f"{name} needs at least {at_least} characters")
    return value


def env_int(name: str, default: int | None = None) -> int:
    text = env_str(name, None if default is None else str(default))
    try:
        return int(text)
    except ValueError:
        raise EnvironmentInvalid(f"{name} must be a whole number, not {text!r}") from None


def env_port(name: str, default: int) -> int:
    port = env_int(name, default)
    if not 1 <= port <= 65535:
        raise EnvironmentInvalid(f"{name} must be a port from 1 to 65535, not {port}")
    return port


def env_bool(name: str, default: bool) -> bool:
    text = env_str(name, "yes" if default else "no").strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise EnvironmentInvalid(f"{name} must be yes or no, not {text!r}")


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in env_str(name, ",".join(default)).split(",") if word.strip()]


def env_networks(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Networks such as 192.168.0.0/16, separated by commas."""
    networks = env_list(name, default)
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise EnvironmentInvalid(f"{name}: {network!r} is no network such as 192.168.0.0/16") from None
    return networks


def env_servers(name: str) -> list[tuple[str, int]]:
    """Addresses with ports, such as 192.0.2.53 or 192.0.2.53:5353 or [2001:db8::53]:53, separated by commas."""
    servers = []
    for server in env_list(name):
        parts = urlsplit(f"//{server}")
        try:
            address, port = str(ip_address(parts.hostname or "")), parts.port or 53
        except ValueError:
            raise EnvironmentInvalid(f"{name}: {server!r} is no address such as 192.0.2.53:53") from None
        servers.append((address, port))
    return servers


def env_path(name: str, default: Path) -> Path:
    return Path(env_str(name, str(default))).expanduser().absolute()


def env_database(name: str) -> dict[str, object]:
    """A PostgreSQL URL as Django's NAME, USER, PASSWORD, HOST and PORT; `?host=` may be a socket directory."""
    url = urlsplit(env_str(name))
    if url.scheme not in ("postgres", "postgresql") or not url.path.strip("/"):
        raise EnvironmentInvalid(f"{name} must look like postgresql://user:password@host:port/database")
    socket_directory = parse_qs(url.query).get("host", [""])[0]
    return {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": socket_directory or url.hostname or "",
        "PORT": str(url.port or ""),
    }
