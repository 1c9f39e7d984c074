"""What a thing of the matrix is: how it is made, who sees it, whether it is still there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tenants.models import Tenant
from tests.web.calls import FakeWorker

MARK = "zanzibar7731"
# Acme's numbers begin here, and those of no other tenant do: an id of Acme's means nothing anywhere else.
FIRST_ID = 900_000


@dataclass(frozen=True, slots=True)
class World:
    acme: Tenant
    worker: FakeWorker


# Makes the nth thing and says what its addresses need.
Make = Callable[[World, int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Thing:
    """`owner` is who sees it: Acme's user, or an administrator. `exists`: whether nobody took it away."""

    make: Make
    owner: str = "acme"
    exists: Callable[[World, dict[str, Any]], bool] = lambda world, ids: True
    # What the whole company may know, its extensions included.
    is_for_extensions: bool = False
