"""The orders that the page of running calls gives, besides ending one: what each is, by who may give it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping

from django.http import HttpRequest, JsonResponse

from callmanager.admin.live_call_rights import monitored_on
from callmanager.domain.decisions import MonitorMode
from callmanager.domain.live_call import CallSide, LiveCall
from callmanager.domain.recording import RecordingStep
from callmanager.edge.worker_lookup import worker_of
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.services.call_control import (
    CallNotChosen,
    Controller,
    NotYourCall,
    call_answer,
    call_command,
    call_redirect,
    controlled_call_get,
    controlled_call_list,
    controlled_side,
)
from callmanager.services.calling_extension import NoSuchCaller, calling_extension_choose
from callmanager.services.live_call import CommandRefused, LiveCallNotFound, WorkerUnavailable
from callmanager.services.monitoring import MonitoringOff, monitoring_number
from callmanager.services.requested_call import CallRequest, requested_call_make
from tenants.audit_changes import Change
from tenants.audit_trail import audit_request

# For a side of a call: the worker's command, and what is shown beside the call when it is done.
SIDE_ORDERS: Mapping[str, tuple[str, dict[str, object], str]] = {
    "hold": ("hold", {"is_held": True}, "{party} holds the call."),
    "resume": ("hold", {"is_held": False}, "{party} goes on with the call."),
    "mute": ("mute", {"is_muted": True}, "{party} is muted."),
    "unmute": ("mute", {"is_muted": False}, "{party} is heard again."),
}
RECORDED: Mapping[RecordingStep, str] = {
    RecordingStep.START: "The call is being recorded.",
    RecordingStep.PAUSE: "The recording is paused.",
    RecordingStep.RESUME: "The recording goes on.",
    RecordingStep.STOP: "The recording has ended.",
}
MONITORED: Mapping[MonitorMode, str] = {
    MonitorMode.SILENT: "hear {extension} unnoticed",
    MonitorMode.WHISPER: "speak to {extension} alone",
    MonitorMode.BARGE: "join the call",
    MonitorMode.TAKE_OVER: "take the place of {extension}",
}
NUMBER = re.compile(r"[0-9*#+]{1,64}")
Order = Callable[[HttpRequest, Controller, str], str]


class OrderError(ValueError):
    """The form says what can't be; the message is for the person."""


def live_call_order(
    request: HttpRequest, controller: Controller, session_id: str, order: str
) -> JsonResponse:
    try:
        said = _carry_out(request, controller, session_id, order)
    except LiveCallNotFound:
        return JsonResponse({"message": "This call has ended already."}, status=404)
    except NotYourCall as error:
        return JsonResponse({"message": str(error)}, status=403)
    except (OrderError, NoSuchCaller) as error:
        return JsonResponse({"message": str(error)}, status=400)
    except (WorkerUnavailable, LiveCallsUnavailable) as error:
        return JsonResponse({"message": str(error)}, status=503)
    except (CommandRefused, CallNotChosen, MonitoringOff) as error:
        return JsonResponse({"message": str(error)}, status=409)
    return JsonResponse({"message": said})


def _carry_out(request: HttpRequest, controller: Controller, session_id: str, order: str) -> str:
    act = ORDERS.get(order)
    if act is None:
        # A stranger does not even learn which orders there are.
        controlled_call_get(controller=controller, session_id=session_id)
        raise OrderError("There is no such order.")
    return act(request, controller, session_id)


def _for_a_side(name: str) -> Order:
    command, arguments, said = SIDE_ORDERS[name]

    def act(request: HttpRequest, controller: Controller, session_id: str) -> str:
        call = controlled_call_get(controller=controller, session_id=session_id)
        side = controlled_side(controller=controller, call=call, wanted=_side(request))
        call_command(
            controller=controller, call=call, command=command, arguments={**arguments, "side": side.value}
        )
        audit_request(request, action=f"call.{command}", target=controller.tenant)
        return said.format(party=call.party_on(side) or side.value.capitalize())

    return act


def _transfer(request: HttpRequest, controller: Controller, session_id: str) -> str:
    call = controlled_call_get(controller=controller, session_id=session_id)
    side = controlled_side(controller=controller, call=call, wanted=_side(request))
    number = request.POST.get("number", "").strip()
    if not NUMBER.fullmatch(number):
        raise OrderError("Enter a number to transfer to: digits, *, # or +.")
    extension = call.extension_on(side)
    if not extension:
        raise OrderError("Nobody of the company is on that side to transfer the call.")
    arguments = {"extension": extension, "target": number}
    call_command(controller=controller, call=call, command="transfer", arguments=arguments)
    audit_request(request, action="call.transfer", target=controller.tenant)
    return f"Being transferred to {number}."


def _redirect(request: HttpRequest, controller: Controller, session_id: str) -> str:
    call = controlled_call_get(controller=controller, session_id=session_id)
    number, mailbox = request.POST.get("number", "").strip(), request.POST.get("to", "") == "voicemail"
    if not NUMBER.fullmatch(number):
        raise OrderError("Enter a number to send the call to: digits, *, # or +.")
    wanted = {"target": "", "mailbox": number} if mailbox else {"target": number}
    rings_at = call_redirect(controller=controller, call=call, **wanted)
    audit_request(request, action="call.redirect", target=controller.tenant)
    return f"Sent on to the mailbox of {number}." if mailbox else f"Sent on to {rings_at or number}."


def _answer(request: HttpRequest, controller: Controller, session_id: str) -> str:
    call = controlled_call_get(controller=controller, session_id=session_id)
    number = request.POST.get("extension_number", "").strip()
    if number and number not in call.rung:
        raise OrderError("Choose one of the extensions that are rung.")
    number = call_answer(controller=controller, call=call, extension=number)
    audit_request(request, action="call.answer", target=controller.tenant)
    return f"The telephone of {number} has answered."


def _record(request: HttpRequest, controller: Controller, session_id: str) -> str:
    call = controlled_call_get(controller=controller, session_id=session_id)
    wanted = request.POST.get("step", "")
    if wanted not in set(RecordingStep):
        raise OrderError("A recording is started, paused, resumed or stopped.")
    step = RecordingStep(wanted)
    arguments = {"step": step.value, "by": controller.own_number}
    call_command(controller=controller, call=call, command="record", arguments=arguments)
    audit_request(request, action=f"call.recording_{step}", target=controller.tenant)
    return RECORDED[step]


def _monitor(request: HttpRequest, controller: Controller, session_id: str) -> str:
    """Who monitors need not be allowed to control the call; whether they may listen, the dialplan decides."""
    call = _seen(controller, session_id)
    mode, side = request.POST.get("mode", ""), _side(request)
    if mode not in set(MonitorMode):
        raise OrderError("Calls are monitored silently, whispering, joining or taking over.")
    extension = monitored_on(call, CallSide(side)) if side else ""
    if not extension:
        raise OrderError("Nobody of the company is on that side to be monitored.")
    wanted = request.POST.get("monitor", "").strip()
    monitor = calling_extension_choose(controller=controller, number=wanted)
    dialled = monitoring_number(extension=extension, mode=MonitorMode(mode))
    session = uuid.uuid4().hex
    requested_call_make(
        tenant=controller.tenant,
        worker=worker_of(tenant=controller.tenant),
        session_id=session,
        request_id=session,
        wanted=CallRequest(monitor, dialled),
    )
    whom: Change = {"before": None, "after": f"{monitor} → {extension}"}
    audit_request(request, action="call.monitor", target=controller.tenant, changes={"monitored": whom})
    return f"Phone {monitor} rings: answer it to {MONITORED[MonitorMode(mode)].format(extension=extension)}."


def _seen(controller: Controller, session_id: str) -> LiveCall:
    for call in controlled_call_list(controller=controller):
        if call.session_id == session_id:
            return call
    raise LiveCallNotFound(session_id)


def _side(request: HttpRequest) -> str:
    wanted = request.POST.get("side", "")
    if wanted not in ("", *CallSide):
        raise OrderError("A call has a caller and a callee.")
    return wanted


ORDERS: Mapping[str, Order] = {
    **{name: _for_a_side(name) for name in SIDE_ORDERS},
    "transfer": _transfer,
    "redirect": _redirect,
    "answer": _answer,
    "record": _record,
    "monitor": _monitor,
}
