"""The header X-Outbound-Cli by which a client asks for another caller number (manual, chapter 14)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Longer ones are no wish of a person.
_MAX_HEADERS, _MAX_LENGTH = 10, 200
_VALUE = re.compile(r"\+?[0-9A-Za-z._-]{1,40}")


@dataclass(frozen=True, slots=True)
class CliWish:
    """User parts to send; empty: no wish."""

    from_user: str = ""
    pai_user: str = ""
    rpid_user: str = ""


NO_WISH = CliWish()


def cli_wish(headers: Iterable[str], trunk_name: str) -> CliWish:
    """What holds on this trunk: `rewrite-from=123;trunk-name:abc`. The last one counts."""
    found: dict[str, str] = {}
    for header in tuple(headers)[:_MAX_HEADERS]:
        if len(header) > _MAX_LENGTH:
            continue
        parameters = dict(_parameters(header))
        if parameters.pop("trunk-name", trunk_name).lower() == trunk_name.lower():
            found.update({name: value for name, value in parameters.items() if _VALUE.fullmatch(value)})
    return CliWish(
        found.get("rewrite-from", ""),
        found.get("rewrite-pai", ""),
        found.get("rewrite-rpi", found.get("rewrite-rpid", "")),
    )


def _parameters(header: str) -> Iterable[tuple[str, str]]:
    """`name=value` and `name:value`, separated by semicolons."""
    for part in header.split(";"):
        match = re.fullmatch(r"\s*([A-Za-z-]+)\s*[=:]\s*(.*?)\s*", part)
        if match is not None:
            yield match[1].lower(), match[2].strip('"')
