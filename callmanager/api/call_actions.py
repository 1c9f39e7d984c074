"""What may be done to one running call by REST, besides ending it. Mixed into the resource of running calls."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from callmanager.api.call_control import (
    AnswerDoneSerializer,
    AnswerSerializer,
    AttendedReferSerializer,
    CommandDoneSerializer,
    DigitsSerializer,
    HoldSerializer,
    MuteSerializer,
    PlaySerializer,
    RecordDoneSerializer,
    RecordSerializer,
    RedirectDoneSerializer,
    RedirectSerializer,
    ReferSerializer,
    Refused,
    StopPlaySerializer,
    control_errors,
    controller_of,
)
from callmanager.api.idempotency import IDEMPOTENCY_KEY, once
from callmanager.domain.live_call import CallSide, LiveCall
from callmanager.services.call_control import (
    Controller,
    call_answer,
    call_command,
    call_redirect,
    controlled_call_get,
    controlled_side,
    music_sounds,
)
from tenants.api.access import actor_of
from tenants.audit_trail import audit_request
from tenants.models import Role

SESSION_ID = OpenApiParameter("session_id", str, OpenApiParameter.PATH)
PARAMETERS = [SESSION_ID, IDEMPOTENCY_KEY]


class CallActions(GenericViewSet[Any]):
    @extend_schema(parameters=PARAMETERS, request=HoldSerializer, responses=CommandDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def hold(self, request: Request, session_id: str) -> Response:
        """Music for the other side. The telephone is not asked: it goes on showing the call, and nobody hears it."""
        return self._for_a_side(request, session_id, "hold", HoldSerializer)

    @extend_schema(parameters=PARAMETERS, request=ReferSerializer, responses=CommandDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def refer(self, request: Request, session_id: str) -> Response:
        """A transfer to a number. Where nobody takes it there, the two talk again."""
        return self._transfer(request, session_id, "transfer", ReferSerializer, "refer_to", "target")

    @extend_schema(parameters=PARAMETERS, request=AttendedReferSerializer, responses=CommandDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def attended_refer(self, request: Request, session_id: str) -> Response:
        """A transfer to whom the same extension talks with in another call."""
        kind, wanted = AttendedReferSerializer, "refer_to_session_id"
        return self._transfer(request, session_id, "attended_transfer", kind, wanted, "to_session")

    @extend_schema(parameters=PARAMETERS, request=MuteSerializer, responses=CommandDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def mute(self, request: Request, session_id: str) -> Response:
        return self._for_a_side(request, session_id, "mute", MuteSerializer)

    @extend_schema(parameters=PARAMETERS, request=PlaySerializer, responses=CommandDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def play(self, request: Request, session_id: str) -> Response:
        """What plays by an earlier request ends."""
        controller, call = _found(request, session_id)
        wanted = _read(request, PlaySerializer)
        try:
            sounds = music_sounds(tenant=controller.tenant, music_file_ids=wanted["music_files"])
        except KeyError as error:
            raise exceptions.ValidationError(
                {"music_files": f"No such file: {error.args[0]}."}, code="does_not_exist"
            ) from error
        return _done(request, controller, call, "play", {"sounds": sounds, "side": wanted["side"]})

    @extend_schema(parameters=PARAMETERS, request=StopPlaySerializer, responses=CommandDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def stop_play(self, request: Request, session_id: str) -> Response:
        controller, call = _found(request, session_id)
        return _done(request, controller, call, "stop_play", _read(request, StopPlaySerializer))

    @extend_schema(parameters=PARAMETERS, request=DigitsSerializer, responses=CommandDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def send_digits(self, request: Request, session_id: str) -> Response:
        controller, call = _found(request, session_id)
        wanted = _read(request, DigitsSerializer)
        with control_errors():
            side = wanted.pop("side") or _hears(controller, call)
        return _done(request, controller, call, "send_digits", {**wanted, "side": side})

    @extend_schema(parameters=PARAMETERS, request=RecordSerializer, responses=RecordDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def record(self, request: Request, session_id: str) -> Response:
        """Start, stop, pause or resume the recording. Paused, it holds silence: for numbers of cards."""
        controller, call = _found(request, session_id)
        step, actor = _read(request, RecordSerializer)["step"], actor_of(request)
        by = actor.user.extension_number if actor.role == Role.EXTENSION else ""
        with control_errors():
            arguments = {"step": step, "by": by}
            call_command(controller=controller, call=call, command="record", arguments=arguments)
        audit_request(request._request, action=f"call.recording_{step}", target=controller.tenant)
        return Response({"session_id": call.session_id, "step": step})

    @extend_schema(parameters=PARAMETERS, request=RedirectSerializer, responses=RedirectDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def redirect(self, request: Request, session_id: str) -> Response:
        """Send a call elsewhere that rings, or waits in a queue, and that nobody has answered yet. It rings on where
        it can't go there."""
        controller, call = _found(request, session_id)
        wanted = _read(request, RedirectSerializer)
        with control_errors():
            number = call_redirect(
                controller=controller, call=call, target=wanted["redirect_to"], mailbox=wanted["voicemail"]
            )
        audit_request(request._request, action="call.redirect", target=controller.tenant)
        return Response({"session_id": call.session_id, "number": number})

    @extend_schema(parameters=PARAMETERS, request=AnswerSerializer, responses=AnswerDoneSerializer)
    @action(detail=True, methods=["post"])
    @once
    def answer(self, request: Request, session_id: str) -> Response:
        """Let a telephone that rings go off the hook by itself (NOTIFY with `Event: talk`). Where it doesn't know how
        to, it rings on, and the error says what it answered."""
        controller, call = _found(request, session_id)
        return answered(request, controller, call, _read(request, AnswerSerializer)["extension_number"])

    def _transfer(
        self,
        request: Request,
        session_id: str,
        command: str,
        kind: type[serializers.Serializer[Any]],
        field: str,
        argument: str,
    ) -> Response:
        controller, call = _found(request, session_id)
        wanted = _read(request, kind)
        with control_errors():
            side = controlled_side(controller=controller, call=call, wanted=wanted["side"])
        extension = call.extension_on(side)
        if not extension:
            raise Refused("Nobody of the company is on that side to transfer the call.", code="no_extension")
        arguments = {"extension": extension, argument: wanted[field]}
        return done(request, controller, call, side, command, arguments)

    def _for_a_side(
        self, request: Request, session_id: str, command: str, kind: type[serializers.Serializer[Any]]
    ) -> Response:
        controller, call = _found(request, session_id)
        wanted = _read(request, kind)
        with control_errors():
            side = controlled_side(controller=controller, call=call, wanted=wanted.pop("side"))
        return _done(request, controller, call, command, {**wanted, "side": side.value})


def answered(request: Request, controller: Controller, call: LiveCall, extension: str) -> Response:
    with control_errors():
        number = call_answer(controller=controller, call=call, extension=extension)
    audit_request(request._request, action="call.answer", target=controller.tenant)
    return Response({"session_id": call.session_id, "extension_number": number})


def _found(request: Request, session_id: str) -> tuple[Controller, LiveCall]:
    """Asked before anything else: a stranger does not even learn which fields there are."""
    controller = controller_of(request)
    with control_errors():
        return controller, controlled_call_get(controller=controller, session_id=session_id)


def _read(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    form = kind(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _hears(controller: Controller, call: LiveCall) -> str:
    """Tones are for the other side of who presses; without anybody of ours there, for the one who was called."""
    if controller.numbers is None:
        return CallSide.CALLEE.value
    own = controlled_side(controller=controller, call=call, wanted="")
    return (CallSide.CALLEE if own is CallSide.CALLER else CallSide.CALLER).value


def _done(
    request: Request, controller: Controller, call: LiveCall, command: str, arguments: dict[str, Any]
) -> Response:
    return done(request, controller, call, arguments["side"], command, arguments)


def done(
    request: Request,
    controller: Controller,
    call: LiveCall,
    side: str,
    command: str,
    arguments: dict[str, Any],
) -> Response:
    """Ask the worker, and say to which call and for which side it was done."""
    with control_errors():
        result = call_command(controller=controller, call=call, command=command, arguments=arguments)
    audit_request(request._request, action=f"call.{command}", target=controller.tenant)
    return Response({"session_id": call.session_id, "side": str(side), **result})
