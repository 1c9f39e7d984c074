"""One trunk as a tenant's worker must know it. Where the provider is and whether it is up is the edge's knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.header_parameters import CallerMapping, HeaderRule


class SrtpMode(StrEnum):
    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class TrunkEntry:
    """`password_token` is encrypted as in the database; the SIP side of the worker alone opens it.

    `did_pool` is the tenant's own, as it was written. `codecs` empty: as the worker offers them.
    """

    trunk_id: int
    name: str
    host: str
    port: int = 5060
    username: str = ""
    authorization_name: str = ""
    password_token: str = ""
    srtp: SrtpMode = SrtpMode.OFF
    codecs: tuple[str, ...] = ()
    did_pool: str = ""
    outbound: tuple[HeaderRule, ...] = ()
    inbound: tuple[CallerMapping, ...] = ()
    is_enabled: bool = True
    is_recorded: bool = False
