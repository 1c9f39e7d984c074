"""Who stands behind a leg: what the others are told of them, and what a transfer takes along."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.trunk_entry import TrunkEntry

LegId = str


@dataclass(frozen=True, slots=True)
class Party:
    """An extension's phone or, where `trunk` is set, somebody outside, who may have the number of an extension."""

    leg: LegId
    number: str
    host: str
    display_name: str = ""
    trunk: TrunkEntry | None = None
    is_private: bool = False
    codecs: tuple[str, ...] = ()
    contact: str = ""
    user_agent: str = ""
    # Nobody: a service of ours that calls.
    is_service: bool = False

    @property
    def aor(self) -> str:
        return f"{self.number}@{self.host}"

    @property
    def extension(self) -> str:
        """Empty for somebody outside, and for a service."""
        return "" if self.trunk is not None or self.is_service else self.number
