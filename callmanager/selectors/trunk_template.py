"""Templates of well-known providers, from the data file beside the application."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent.parent / "trunk_templates.toml"


@dataclass(frozen=True, slots=True)
class TrunkTemplate:
    """What a new trunk of this provider begins with; everything can be changed afterwards."""

    key: str
    name: str
    host: str
    port: int
    transport: str
    authentication: str
    country: str = ""
    website: str = ""
    srtp: str = "off"
    reregister_interval_s: int = 600
    addresses: tuple[str, ...] = ()


@cache
def trunk_template_list() -> tuple[TrunkTemplate, ...]:
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        TrunkTemplate(**{**fields, "addresses": tuple(fields.get("addresses", ()))})
        for fields in document["template"]
    )
