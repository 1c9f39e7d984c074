"""What a call asks of a company's own server, and what that says: imperative and past tense, as in `actions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callmanager.domain.menu_action import MenuAction, ServerWish


@dataclass(frozen=True, slots=True)
class AskServer:
    """Ask the server of an Action URL; ServerAnswered follows, whatever comes of it. `asked` names the question."""

    asked: str
    action: MenuAction
    question: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerAnswered:
    """The answer to AskServer."""

    asked: str
    wish: ServerWish
