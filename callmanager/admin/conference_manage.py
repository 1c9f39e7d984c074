"""The page of one conference that goes on: who is in and who talks, and what may be done about it (manual 5.12)."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from callmanager.edge.worker_lookup import worker_of
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.models import Conference
from callmanager.selectors.conference import conference_list, invited_guests, participant_counts
from callmanager.services.conference_control import (
    ConferenceEmpty,
    Order,
    conference_invite,
    conference_look,
    conference_order,
)
from callmanager.services.live_call import (
    CommandRefused,
    LiveCallNotFound,
    WorkerUnavailable,
    live_call_hang_up,
)
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Tenant

SUBJECT = "callmanager.conference"
NAME = "callmanager_conference"
NUMBER = re.compile(r"\A[0-9*#+]{1,64}\Z")
SESSION = re.compile(r"\A[\x21-\x7e]{1,128}\Z")


class OrderError(ValueError):
    """The form says what can't be; the message is for the person."""


@dataclass(frozen=True, slots=True)
class _RoomOrder:
    """`said` is shown beside what it was about; `is_of_one`: a participant is named."""

    order: Order
    said: str
    is_on: bool = True
    is_of_one: bool = False


ROOM_ORDERS: Mapping[str, _RoomOrder] = {
    "lock": _RoomOrder("lock", "The room is locked: nobody but a host gets in."),
    "unlock": _RoomOrder("lock", "The room is open again.", is_on=False),
    "mute_all": _RoomOrder("mute_all", "Nobody hears anybody now."),
    "unmute_all": _RoomOrder("mute_all", "All hear each other again.", is_on=False),
    "mute": _RoomOrder("mute", "Not heard by the others now.", is_of_one=True),
    "unmute": _RoomOrder("mute", "Heard again.", is_on=False, is_of_one=True),
    "kick": _RoomOrder("kick", "Sent out.", is_of_one=True),
    "end": _RoomOrder("end", "The conference is over: everybody has been sent out."),
}
ConferenceOrder = Callable[[HttpRequest, Tenant, Conference], str]


def manage_urls(site: AdminSite) -> list[URLPattern]:
    def shown(request: HttpRequest, pk: int) -> HttpResponse:
        return _page(request, pk, site.each_context(request))

    def guarded(view: Callable[..., HttpResponseBase], verb: Verb) -> Callable[..., HttpResponseBase]:
        return site.admin_view(needs(SUBJECT, verb)(view))

    return [
        path("now/", guarded(require_safe(_now), Verb.VIEW), name=f"{NAME}_now"),
        path("<int:pk>/manage/", guarded(require_safe(shown), Verb.VIEW), name=f"{NAME}_manage"),
        path("<int:pk>/state/", guarded(require_safe(_state), Verb.VIEW), name=f"{NAME}_state"),
        path("<int:pk>/order/<str:order>/", guarded(require_POST(_order), Verb.CHANGE), name=f"{NAME}_order"),
    ]


def _page(request: HttpRequest, pk: int, site_context: dict[str, Any]) -> HttpResponse:
    room = get_object_or_404(conference_list(), pk=pk)
    context = {
        **site_context,
        "title": f"Conference {room.number}",
        "opts": Conference._meta,
        "room": room,
        "tenant": _tenant(request),
        "may_change": _actor(request).may(SUBJECT, Verb.CHANGE),
        "state_url": reverse(f"admin:{NAME}_state", args=[pk]),
        "order_url": reverse(f"admin:{NAME}_order", args=[pk, "ORDER"]),
    }
    return render(request, "pbxsite/conference.html", context)


def _now(request: HttpRequest) -> JsonResponse:
    """How many are in each room, by its number; rooms that nobody is in are left out."""
    try:
        counts = participant_counts(tenant_id=_tenant(request).pk)
    except LiveCallsUnavailable as error:
        return JsonResponse({"message": str(error)}, status=503)
    return JsonResponse({"participants": dict(counts)})


def _state(request: HttpRequest, pk: int) -> JsonResponse:
    """As it is now; `now` is the server's clock, which the page's durations go by. All times are unix seconds."""
    room, tenant = get_object_or_404(conference_list(), pk=pk), _tenant(request)
    try:
        state = conference_look(tenant=tenant, room=room)
        invited = invited_guests(tenant_id=tenant.pk, number=room.number)
    except (LiveCallsUnavailable, WorkerUnavailable, CommandRefused) as error:
        return JsonResponse({"message": str(error)}, status=503)
    return JsonResponse({**asdict(state), "invited": [asdict(one) for one in invited], "now": time.time()})


def _order(request: HttpRequest, pk: int, order: str) -> JsonResponse:
    room, tenant = get_object_or_404(conference_list(), pk=pk), _tenant(request)
    try:
        said = _act_of(order)(request, tenant, room)
    except OrderError as error:
        return JsonResponse({"message": str(error)}, status=400)
    except LiveCallNotFound:
        return JsonResponse({"message": "Not in this conference any more."}, status=404)
    except ConferenceEmpty:
        return JsonResponse({"message": "Nobody is in this conference."}, status=409)
    except CommandRefused as error:
        return JsonResponse({"message": str(error)}, status=409)
    except (WorkerUnavailable, LiveCallsUnavailable) as error:
        return JsonResponse({"message": str(error)}, status=503)
    return JsonResponse({"message": said})


def _act_of(order: str) -> ConferenceOrder:
    if order in ROOM_ORDERS:
        return _in_room(ROOM_ORDERS[order])
    others: Mapping[str, ConferenceOrder] = {"invite": _invite, "cancel": _cancel}
    if order not in others:
        raise OrderError("There is no such order.")
    return others[order]


def _in_room(wanted: _RoomOrder) -> ConferenceOrder:
    def act(request: HttpRequest, tenant: Tenant, room: Conference) -> str:
        session = _session(request) if wanted.is_of_one else ""
        conference_order(tenant=tenant, room=room, order=wanted.order, is_on=wanted.is_on, session_id=session)
        audit_request(request, action=f"conference.{wanted.order}", target=room)
        return wanted.said

    return act


def _invite(request: HttpRequest, tenant: Tenant, room: Conference) -> str:
    number = _number(request)
    if not NUMBER.fullmatch(number):
        raise OrderError("Enter the number of an extension or a number outside: digits, *, # or +.")
    conference_invite(
        tenant=tenant, room=room, worker=worker_of(tenant=tenant), session_id=uuid.uuid4().hex, number=number
    )
    audit_request(request, action="conference.invite", target=room)
    return f"{number} is being called. Whoever answers is in, without a PIN."


def _cancel(request: HttpRequest, tenant: Tenant, room: Conference) -> str:
    """Whom the room calls and who is not in yet: others' calls are none of this page's business."""
    session = _session(request)
    invited = {one.session_id: one.number for one in invited_guests(tenant_id=tenant.pk, number=room.number)}
    if session not in invited:
        raise LiveCallNotFound(session)
    live_call_hang_up(tenant_id=tenant.pk, session_id=session)
    audit_request(request, action="conference.cancel", target=room)
    return f"{invited[session]} is not called any more."


def _number(request: HttpRequest) -> str:
    return request.POST.get("number", "").strip()


def _session(request: HttpRequest) -> str:
    session = request.POST.get("session_id", "")
    if not SESSION.fullmatch(session):
        raise OrderError("Say who is meant.")
    return session


def _tenant(request: HttpRequest) -> Tenant:
    tenant: Tenant = _actor(request).tenant  # type: ignore[assignment] # the tenant site has no other requests
    return tenant


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    return actor
