"""Who looks at its own pages: an extension that has signed in."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from callmanager.models import Extension
from callmanager.selectors.person import own_extension_list
from tenants.acting import Actor
from tenants.models import Role, Tenant


@dataclass(frozen=True, slots=True)
class OwnPerson:
    actor: Actor
    tenant: Tenant
    extension: Extension


def own_person(request: HttpRequest) -> OwnPerson | None:
    """None for everybody else, and where the extension is gone."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.role != Role.EXTENSION or actor.tenant is None:
        return None
    extension = own_extension_list(number=actor.user.extension_number).first()
    return OwnPerson(actor, actor.tenant, extension) if extension is not None else None
