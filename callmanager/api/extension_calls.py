"""The running calls of an extension by REST, and what may be done to them by its number: chapter 14 of the manual."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from callmanager.api.call_actions import answered, done
from callmanager.api.call_control import (
    AnswerDoneSerializer,
    CommandDoneSerializer,
    ExtensionAttendedReferSerializer,
    ExtensionCallSerializer,
    ExtensionHoldSerializer,
    ExtensionReferSerializer,
    Refused,
    control_errors,
    controller_of,
)
from callmanager.api.call_fields import CallSessionSerializer
from callmanager.api.idempotency import IDEMPOTENCY_KEY, once
from callmanager.domain.live_call import CallSide, LiveCall
from callmanager.models import Extension
from callmanager.services.call_control import (
    Controller,
    controlled_call_list,
    extension_call_choose,
    rung_call_choose,
)

EXTENSION_NUMBER = OpenApiParameter("extension_number", str, description="Without: of all that you see.")


def _is_talked(call: LiveCall, side: CallSide) -> bool:
    return call.answered_at is not None


class ExtensionCallActions(GenericViewSet[Extension]):
    """Mixed into the resource of extensions, whose queryset says which extensions there are for who asks."""

    @extend_schema(parameters=[EXTENSION_NUMBER], responses=CallSessionSerializer(many=True), filters=False)
    @action(detail=False, filter_backends=())
    def sessions(self, request: Request) -> Response:
        """Every running call that the extension makes, answers or is rung in, oldest first."""
        number = request.query_params.get("extension_number", "")
        controller = controller_of(request)
        if number:
            self._require_known(number, self.get_queryset())
        with control_errors():
            calls = controlled_call_list(controller=controller)
        if number:
            calls = [call for call in calls if call.concerns_any({number})]
        page = self.paginate_queryset(calls)
        return self.get_paginated_response(CallSessionSerializer(page, many=True).data)

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], request=ExtensionHoldSerializer, responses=CommandDoneSerializer
    )
    @action(detail=False, methods=["post"])
    @once
    def hold(self, request: Request) -> Response:
        """The call that the extension has: the other side hears music. With `is_held` false, the call goes on."""
        form = ExtensionHoldSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = form.validated_data
        is_held = wanted["is_held"]

        def is_wanted(call: LiveCall, side: CallSide) -> bool:
            return call.answered_at is not None and (side in call.held_by) is not is_held

        controller, call, side = self._chosen(request, wanted, is_wanted)
        arguments = {"side": side.value, "is_held": is_held}
        return done(request, controller, call, side, "hold", arguments)

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], request=ExtensionCallSerializer, responses=AnswerDoneSerializer
    )
    @action(detail=False, methods=["post"])
    @once
    def answer(self, request: Request) -> Response:
        """The call that rings at the extension: its telephone goes off the hook by itself, where it knows how to."""
        form = ExtensionCallSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = form.validated_data
        number = wanted["extension_number"]
        controller = self._controller_for(request, number)
        with control_errors(of=f"Extension {number}"):
            call = rung_call_choose(controller=controller, number=number, session_id=wanted["session_id"])
        return answered(request, controller, call, number)

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], request=ExtensionReferSerializer, responses=CommandDoneSerializer
    )
    @action(detail=False, methods=["post"])
    @once
    def refer(self, request: Request) -> Response:
        """A transfer to a number. Where nobody takes it there, the two talk again."""
        form = ExtensionReferSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = form.validated_data
        controller, call, side = self._chosen(request, wanted, _is_talked)
        arguments = {"extension": wanted["extension_number"], "target": wanted["refer_to"]}
        return done(request, controller, call, side, "transfer", arguments)

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=ExtensionAttendedReferSerializer,
        responses=CommandDoneSerializer,
    )
    @action(detail=False, methods=["post"])
    @once
    def attended_refer(self, request: Request) -> Response:
        """Connects those with whom the extension talks in its two calls; it leaves both."""
        form = ExtensionAttendedReferSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = form.validated_data
        into = wanted["refer_to_session_id"]

        def is_wanted(call: LiveCall, side: CallSide) -> bool:
            return side in call.held_by and call.session_id != into

        controller, call, side = self._chosen(request, wanted, is_wanted)
        number = wanted["extension_number"]

        def is_other(other: LiveCall, side: CallSide) -> bool:
            return other.session_id != call.session_id and other.answered_at is not None

        with control_errors(of=f"Extension {number}"):
            other, _ = extension_call_choose(
                controller=controller, number=number, session_id=into, is_wanted=is_other
            )
        if other.session_id == call.session_id:
            raise Refused(
                f"Extension {number} has no other call to connect this one with.", code="no_other_call"
            )
        arguments = {"extension": number, "to_session": other.session_id}
        return done(request, controller, call, side, "attended_transfer", arguments)

    def _chosen(
        self, request: Request, wanted: dict[str, Any], is_wanted: Any
    ) -> tuple[Controller, LiveCall, CallSide]:
        number = wanted["extension_number"]
        controller = self._controller_for(request, number)
        with control_errors(of=f"Extension {number}"):
            call, side = extension_call_choose(
                controller=controller, number=number, session_id=wanted["session_id"], is_wanted=is_wanted
            )
        return controller, call, side

    def _controller_for(self, request: Request, number: str) -> Controller:
        controller = controller_of(request)
        self._require_known(number, self.get_queryset())
        if not controller.may_act_for(number):
            raise exceptions.PermissionDenied(f"You may not control the calls of extension {number}.")
        return controller

    def _require_known(self, number: str, visible: QuerySet[Extension]) -> None:
        """An extension that is not seen does not exist."""
        if not visible.filter(number=number[:64]).exists():
            raise exceptions.NotFound(f"No such extension: {number[:32]}.")
