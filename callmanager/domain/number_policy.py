"""Which numbers may be called and who may call: countries, blocked beginnings, the blacklist, emergency numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumberPolicy:
    """A tenant's own settings and, in the lists of blocked ones, the platform's too.

    `country` is the tenant's (two letters); numbers are read as somebody there dials them. `allowed_countries` None:
    the own one alone. `blocked_numbers` are numbers, masks and ranges as they were written.
    """

    country: str = ""
    allowed_countries: frozenset[str] | None = None
    disallowed_prefixes: tuple[str, ...] = ()
    blocked_numbers: tuple[str, ...] = ()
    more_emergency_numbers: frozenset[str] = frozenset()


NO_POLICY = NumberPolicy()
