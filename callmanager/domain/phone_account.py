"""What a phone must know to sign in, as the text of a QR code and in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhoneAccount:
    """`password` empty: it is not to be shown, and is typed in. `ports` by protocol: udp, tcp, tls, ws, wss."""

    number: str
    sip_domain: str
    display_name: str
    server: str
    ports: Mapping[str, int]
    password: str = ""

    def qr_text(self) -> str:
        """One JSON object, as docs/api.md describes it; short, so that the code stays easy to scan."""
        document: dict[str, object] = {
            "type": "sip-account",
            "version": 1,
            "user": self.number,
            "domain": self.sip_domain,
            "name": self.display_name,
            "server": self.server,
            "ports": dict(self.ports),
        }
        if self.password:
            document["password"] = self.password
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
