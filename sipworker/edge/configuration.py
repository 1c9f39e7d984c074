"""Renders local.cfg: the one part of the edge's configuration that depends on the machine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

EDGE_DIR = Path(__file__).resolve().parent

# Kamailio: -1 error, 0 warning, 1 notice, 2 info, 3 debug. At 2 it writes a line or more per call.
EDGE_DEBUG_LEVELS = {"debug": 3, "info": 0, "warning": 0, "error": -1}

# Nothing that could end a quoted string or start another directive.
SAFE_VALUE = re.compile(r"[A-Za-z0-9_.:/@%+=,?&~-]+")


_SIP_PORTS = ("PBX_SIP_UDP_PORT", "PBX_SIP_TCP_PORT", "PBX_SIP_TLS_PORT")


class UnsafeEdgeValueError(ValueError):
    """A setting that cannot be written into the edge's configuration."""


def edge_configuration_render(
    environment: Mapping[str, str], *, tls_certificate: Path, tls_key: Path, run_dir: Path
) -> str:
    """The text of local.cfg. It holds the database password: keep the file readable by its owner alone."""
    names = {
        "EDGE_DATABASE_URL",
        "PBX_EDGE_PRIVATE_PORT",
        "PBX_EDGE_RPC_PORT",
        "PBX_EDGE_EVENTS_PORT",
        "PBX_BIND",
        "PBX_SIP_UDP_PORT",
        "PBX_SIP_TCP_PORT",
        "PBX_SIP_TLS_PORT",
        "PBX_SIP_WS_PORT",
        "PBX_SIP_WSS_PORT",
    }
    values = {name: environment[name] for name in names} | {
        "PBX_TLS_CERT": str(tls_certificate),
        "PBX_TLS_KEY": str(tls_key),
        "PBX_EDGE_RUN_DIR": str(run_dir),
        "PBX_EDGE_DIR": str(EDGE_DIR),
        # What providers are shown instead of a worker's address must mean the same after a restart.
        "CONTACT_KEY": hashlib.sha256(f"contacts {environment['EDGE_DATABASE_URL']}".encode()).hexdigest()[
            :32
        ],
        "EDGE_DEBUG": str(EDGE_DEBUG_LEVELS[environment.get("PBX_LOG_LEVEL", "info")]),
    }
    # Kamailio knows the scheme `postgres` only.
    values["EDGE_DATABASE_URL"] = values["EDGE_DATABASE_URL"].replace("postgresql://", "postgres://", 1)
    for name, value in values.items():
        if not SAFE_VALUE.fullmatch(value):
            raise UnsafeEdgeValueError(f"{name} holds a character that cannot be written there.")
    template = (EDGE_DIR / "local.cfg.template").read_text(encoding="utf-8")
    return Template(template).substitute(
        values,
        PUBLIC_LISTENERS=_public_listeners(environment),
        OPTIONAL_ADDRESSES=_optional_addresses(environment),
    )


def _optional_addresses(environment: Mapping[str, str]) -> str:
    """The address that the Internet knows us by, and ours in IPv6, where there is one."""
    lines = []
    if public := environment.get("PBX_PUBLIC_ADDRESS"):
        if not re.fullmatch(r"[0-9.]+", public):
            raise UnsafeEdgeValueError("PBX_PUBLIC_ADDRESS must be a plain address.")
        lines.append(f'#!define PUBLIC_ADDRESS "{public}"')
        lines += [f"alias={public}:{environment[name]}" for name in _SIP_PORTS]
    if environment.get("PBX_BIND6"):
        lines.append(f'#!define EXTERNAL_ADDRESS6 "[{environment["PBX_BIND6"]}]"')
    return "\n".join(lines)


def _public_listeners(environment: Mapping[str, str]) -> str:
    addresses = [environment["PBX_BIND"]]
    if environment.get("PBX_BIND6"):
        addresses.append(f"[{environment['PBX_BIND6']}]")
    lines = []
    for address in addresses:
        if not re.fullmatch(r"[0-9.]+|\[[0-9a-fA-F:.]+\]", address):
            raise UnsafeEdgeValueError("PBX_BIND and PBX_BIND6 must be plain addresses.")
        for transport, variable in (
            ("udp", "PBX_SIP_UDP_PORT"),
            ("tcp", "PBX_SIP_TCP_PORT"),
            ("tls", "PBX_SIP_TLS_PORT"),
            ("tcp", "PBX_SIP_WS_PORT"),
            ("tls", "PBX_SIP_WSS_PORT"),
        ):
            lines.append(f"listen={transport}:{address}:{int(environment[variable])}")
    return "\n".join(lines)
