"""The orders that the page of running calls gives, besides ending one: for a side, by who may act for it."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, JsonResponse

from callmanager.domain.live_call import CallSide, LiveCall
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.services.call_control import (
    CallNotChosen,
    Controller,
    NotYourCall,
    call_command,
    controlled_call_get,
    controlled_side,
)
from callmanager.services.live_call import CommandRefused, LiveCallNotFound, WorkerUnavailable
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb

ORDERS: dict[str, tuple[str, dict[str, object]]] = {
    "hold": ("hold", {"is_held": True}),
    "resume": ("hold", {"is_held": False}),
    "mute": ("mute", {"is_muted": True}),
    "unmute": ("mute", {"is_muted": False}),
    "transfer": ("transfer", {}),
}
NUMBER = re.compile(r"[0-9*#+]{1,64}")


class OrderError(ValueError):
    """The form says what can't be; the message is for the person."""


def may_act_for(controller: Controller, actor: Actor) -> Callable[[LiveCall], list[str]]:
    """The sides of a call for which buttons are shown."""
    if not actor.may("fleet.livecall", Verb.CHANGE):
        return lambda call: []

    def sides(call: LiveCall) -> list[str]:
        if call.answered_at is None:
            return []
        return [side.value for side in CallSide if _is_theirs(controller, call, side)]

    return sides


def live_call_order(
    request: HttpRequest, controller: Controller, session_id: str, order: str
) -> JsonResponse:
    try:
        _carry_out(request, controller, session_id, order)
    except LiveCallNotFound:
        return JsonResponse({"message": "This call has ended already."}, status=404)
    except NotYourCall as error:
        return JsonResponse({"message": str(error)}, status=403)
    except OrderError as error:
        return JsonResponse({"message": str(error)}, status=400)
    except (WorkerUnavailable, LiveCallsUnavailable) as error:
        return JsonResponse({"message": str(error)}, status=503)
    except (CommandRefused, CallNotChosen) as error:
        return JsonResponse({"message": str(error)}, status=409)
    return JsonResponse({})


def _carry_out(request: HttpRequest, controller: Controller, session_id: str, order: str) -> None:
    call = controlled_call_get(controller=controller, session_id=session_id)
    if order not in ORDERS:
        raise OrderError("There is no such order.")
    wanted = request.POST.get("side", "")
    if wanted not in ("", *CallSide):
        raise OrderError("A call has a caller and a callee.")
    side = controlled_side(controller=controller, call=call, wanted=wanted)
    command, arguments = ORDERS[order]
    arguments = {**arguments, "side": side.value} if order != "transfer" else _transfer(request, call, side)
    call_command(controller=controller, call=call, command=command, arguments=arguments)
    audit_request(request, action=f"call.{command}", target=controller.tenant)


def _transfer(request: HttpRequest, call: LiveCall, side: CallSide) -> dict[str, object]:
    number = request.POST.get("number", "").strip()
    if not NUMBER.fullmatch(number):
        raise OrderError("Enter a number to transfer to: digits, *, # or +.")
    extension = call.extension_on(side)
    if not extension:
        raise OrderError("Nobody of the company is on that side to transfer the call.")
    return {"extension": extension, "target": number}


def _is_theirs(controller: Controller, call: LiveCall, side: CallSide) -> bool:
    extension = call.extension_on(side)
    return bool(extension) and controller.may_act_for(extension)
