"""What a phone is told before it starts; crosses to the phone's process as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

BRIDGE_RATE_HZ = 16000


@dataclass(frozen=True, slots=True)
class PhoneConfig:
    """One account on one device. `host`/`port`: where to send everything (the PBX, or another phone)."""

    number: str
    domain: str
    password: str
    host: str
    port: int
    transport: str = "udp"
    tone_hz: int = 500
    # Codec names as pjsua knows them ("PCMA", "G722/16000"), best first; empty = PCMA and PCMU.
    codecs: tuple[str, ...] = ("PCMA", "PCMU")
    local_address: str = "127.0.0.1"
    local_port: int = 0
    display_name: str = ""
    user_agent: str = "Tandem test phone"
    expires_s: int = 300
    session_expires_s: int = 0
    requires_100rel: bool = False
    # "optional" or "required": keys in SDP, whatever the signalling travels over.
    srtp: str = ""
    # Otherwise it offers no telephone-event (RFC 4733), as old telephones and lines do.
    has_key_events: bool = True

    # What it answers to NOTIFY with `Event: talk`; at 200 it goes off the hook. 0: what pjsip says of unknown events.
    talk_code: int = 0
    # How its SDP says that it holds: `sendonly` or `inactive` (RFC 3264), or the address `0.0.0.0` (RFC 2543).
    holds_by: str = "sendonly"

    @property
    def aor(self) -> str:
        return f"{self.number}@{self.domain}"

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.local_address

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> PhoneConfig:
        values = json.loads(text)
        return cls(**{**values, "codecs": tuple(values["codecs"])})
