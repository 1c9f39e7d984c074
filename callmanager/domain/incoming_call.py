"""A call as the edge vouches for it, and what it is already known to cost its company: all that a decision is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callmanager.domain.ring_groups import MembersUse


@dataclass(frozen=True, slots=True)
class Usage:
    """What an extension has under way and used up outside the company, at this moment; minutes of its day.

    `group_members`: what the members of ring groups have had of the groups' calls.
    """

    external_calls: Mapping[str, int] = field(default_factory=dict)
    external_minutes: Mapping[str, float] = field(default_factory=dict)
    group_members: MembersUse = field(default_factory=dict)


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call as the edge vouches for it.

    Of an extension (`trunk_id` 0), `caller` is the authenticated number and `caller_domain` its tenant's SIP domain;
    `dialled` and `dialled_domain` are the user and host of the Request-URI. Of a provider, `caller` is the number by
    the trunk's mapping, which is nobody's extension even if it looks like one, `dialled` the DID without `+`, and both
    domains the tenant's. `running_calls` is how many calls the tenant has already; `outbound_cli` the values of
    X-Outbound-Cli headers, unread; `diversions` how often it was forwarded elsewhere before.
    """

    caller: str
    caller_domain: str
    dialled: str
    dialled_domain: str
    running_calls: int = 0
    trunk_id: int = 0
    caller_name: str = ""
    is_private: bool = False
    diversions: int = 0
    outbound_cli: tuple[str, ...] = ()
    usage: Usage = NO_USAGE

    @property
    def is_from_outside(self) -> bool:
        return self.trunk_id != 0
