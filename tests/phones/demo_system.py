"""Who is who on a running system: `$PBX_STATE_DIR/demo.json`, read into types."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.phones.config import PhoneConfig

# Every phone of a test has its own voice.
TONE_OF_EXTENSION_HZ = {"101": 500, "102": 700, "103": 900}


class DemoSystemError(Exception):
    """There is no usable description of a running system; the message says what to do."""


@dataclass(frozen=True, slots=True)
class DemoExtension:
    number: str
    sip_password: str
    web_password: str


@dataclass(frozen=True, slots=True)
class DemoTenant:
    name: str
    domain: str
    username: str
    password: str
    extensions: dict[str, DemoExtension]


@dataclass(frozen=True, slots=True)
class DemoSystem:
    url: str
    admin_username: str
    admin_password: str
    sip_host: str
    sip_ports: dict[str, int]
    tenants: dict[str, DemoTenant]

    @classmethod
    def load(cls, state_dir: Path) -> DemoSystem:
        path = state_dir / "demo.json"
        try:
            document = json.loads(path.read_text())
        except FileNotFoundError:
            raise DemoSystemError(f"{path} does not exist: start the system with `make run` first.") from None
        except PermissionError:
            raise DemoSystemError(
                f"{path} belongs to another user: run this as the one who started it."
            ) from None
        try:
            return cls._from_document(document)
        except (KeyError, TypeError) as error:
            raise DemoSystemError(f"{path} is not a sign-in table of Tandem (missing {error}).") from None

    @classmethod
    def _from_document(cls, document: dict[str, Any]) -> DemoSystem:
        sip = dict(document["sip"])
        return cls(
            url=document["url"].rstrip("/"),
            admin_username=document["admin"]["username"],
            admin_password=document["admin"]["password"],
            sip_host=sip.pop("host"),
            sip_ports={name: int(port) for name, port in sip.items()},
            tenants={tenant["name"]: _tenant(tenant) for tenant in document["tenants"]},
        )

    def phone_config(
        self, tenant: str, number: str, *, transport: str = "udp", **changes: Any
    ) -> PhoneConfig:
        """The account of one extension, ready to be given to a phone."""
        extension = self.tenants[tenant].extensions[number]
        settings: dict[str, Any] = {
            "number": number,
            "domain": self.tenants[tenant].domain,
            "password": extension.sip_password,
            "host": self.sip_host,
            "port": self.sip_ports[transport],
            "transport": transport,
            "tone_hz": TONE_OF_EXTENSION_HZ.get(number, 1100),
        }
        return PhoneConfig(**{**settings, **changes})


def _tenant(document: dict[str, Any]) -> DemoTenant:
    extensions = [DemoExtension(**extension) for extension in document["extensions"]]
    return DemoTenant(
        name=document["name"],
        domain=document["domain"],
        username=document["username"],
        password=document["password"],
        extensions={extension.number: extension for extension in extensions},
    )
