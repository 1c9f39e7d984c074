"""One person of every kind and rank, in Acme and on the platform."""

from __future__ import annotations

from dataclasses import dataclass

from tenants.capabilities import Verb, may
from tenants.models import Rank, Role, Tenant, User
from tenants.services.user import user_create
from tests.web.conftest import WEB_PASSWORD


@dataclass(frozen=True, slots=True)
class Standing:
    role: Role
    rank: Rank | None = None

    def __str__(self) -> str:
        return f"{self.role}-{self.rank}" if self.rank else str(self.role)

    def may(self, subject: str, verb: Verb) -> bool:
        return may(self.role, self.rank or "", subject, verb)


STANDINGS = (
    *(Standing(role, rank) for role in (Role.ADMINISTRATOR, Role.TENANT) for rank in Rank),
    Standing(Role.EXTENSION),
)


def person(standing: Standing, acme: Tenant) -> User:
    if standing.role == Role.EXTENSION:
        return User.objects.get(username="101@acme")
    return user_create(
        role=standing.role,
        rank=standing.rank or Rank.OWNER,
        tenant=acme if standing.role == Role.TENANT else None,
        username=f"the-{standing}",
        password=WEB_PASSWORD,
    )
