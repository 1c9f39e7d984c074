"""What may be done by REST to a conference that goes on. Mixed into the resource of rooms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from callmanager.api.call_control import NUMBER, SESSION_ID, Refused, control_errors
from callmanager.api.idempotency import IDEMPOTENCY_KEY, once, operation_id_of
from callmanager.edge.worker_lookup import worker_of
from callmanager.models import Conference
from callmanager.services.conference_control import (
    ConferenceEmpty,
    Order,
    ParticipantState,
    conference_invite,
    conference_look,
    conference_order,
)
from tenants.api.access import tenant_of
from tenants.audit_trail import audit_request

PARAMETERS = [IDEMPOTENCY_KEY]


class ParticipantSerializer(serializers.Serializer[Any]):
    """`session_id` names the call by which somebody is in the room, also in `/api/call_sessions`."""

    session_id = serializers.CharField()
    number = serializers.CharField()
    name = serializers.CharField()
    is_admin = serializers.BooleanField()
    is_muted = serializers.BooleanField()
    is_talking = serializers.BooleanField()
    joined_at = serializers.SerializerMethodField()

    def get_joined_at(self, one: ParticipantState) -> datetime:
        return datetime.fromtimestamp(one.joined_at, UTC)


class ConferenceStateSerializer(serializers.Serializer[Any]):
    """A conference as it is now, its participants in the order in which they came. In a muted one nobody is heard."""

    is_locked = serializers.BooleanField()
    is_muted = serializers.BooleanField()
    participants = ParticipantSerializer(many=True)


class ConferenceInviteSerializer(serializers.Serializer[Any]):
    """`number` is an extension, or a number outside as people of the company dial it: it is called with the company's
    rights, and the room's `outbound_caller_id` is told to the provider."""

    number = serializers.RegexField(NUMBER)
    ring_timeout_s = serializers.IntegerField(min_value=5, max_value=120, required=False, default=30)
    request_id = serializers.RegexField(
        r"\A[\x21-\x7e]{1,128}\Z",
        required=False,
        default="",
        help_text="A word of your own that the events of this call repeat.",
    )


class ConferenceInvitedSerializer(serializers.Serializer[Any]):
    session_id = serializers.CharField()
    number = serializers.CharField()


class ConferenceLockSerializer(serializers.Serializer[Any]):
    """Nobody but admins comes into a locked conference."""

    is_locked = serializers.BooleanField(required=False, default=True)


class ConferenceMuteAllSerializer(serializers.Serializer[Any]):
    is_muted = serializers.BooleanField(required=False, default=True)


class ConferenceKickSerializer(serializers.Serializer[Any]):
    session_id = serializers.RegexField(SESSION_ID, help_text="Whose, as `participants` says.")


class ConferenceMuteSerializer(ConferenceKickSerializer):
    is_muted = serializers.BooleanField(required=False, default=True)


class ConferenceActions(GenericViewSet[Conference]):
    """Every order answers with the conference as it is then; 409 `conference_empty` where nobody is in."""

    @extend_schema(responses=ConferenceStateSerializer, filters=False)
    @action(detail=True, filter_backends=(), pagination_class=None)
    def participants(self, request: Request, pk: str) -> Response:
        """Who is in at this moment."""
        room = self.get_object()
        with _order_errors():
            state = conference_look(tenant=tenant_of(request), room=room)
        return Response(ConferenceStateSerializer(state).data)

    @extend_schema(
        parameters=PARAMETERS,
        request=ConferenceInviteSerializer,
        responses={201: ConferenceInvitedSerializer},
        filters=False,
    )
    @action(detail=True, methods=["post"])
    @once
    def invite(self, request: Request, pk: str) -> Response:
        """Call somebody; whoever answers is in the conference, without a PIN."""
        room, tenant = self.get_object(), tenant_of(request)
        wanted = _read(request, ConferenceInviteSerializer)
        session_id = operation_id_of(request)
        with _order_errors():
            conference_invite(
                tenant=tenant, room=room, worker=worker_of(tenant=tenant), session_id=session_id, **wanted
            )
        audit_request(request._request, action="conference.invite", target=room)
        return Response(
            {"session_id": session_id, "number": wanted["number"]}, status=status.HTTP_201_CREATED
        )

    @extend_schema(
        parameters=PARAMETERS,
        request=ConferenceLockSerializer,
        responses=ConferenceStateSerializer,
        filters=False,
    )
    @action(detail=True, methods=["post"])
    @once
    def lock(self, request: Request, pk: str) -> Response:
        return self._order(request, "lock", ConferenceLockSerializer, "is_locked")

    @extend_schema(
        parameters=PARAMETERS,
        request=ConferenceMuteSerializer,
        responses=ConferenceStateSerializer,
        filters=False,
    )
    @action(detail=True, methods=["post"])
    @once
    def mute(self, request: Request, pk: str) -> Response:
        """One participant: not heard by the others, or heard again."""
        return self._order(request, "mute", ConferenceMuteSerializer, "is_muted")

    @extend_schema(
        parameters=PARAMETERS,
        request=ConferenceMuteAllSerializer,
        responses=ConferenceStateSerializer,
        filters=False,
    )
    @action(detail=True, methods=["post"])
    @once
    def mute_all(self, request: Request, pk: str) -> Response:
        return self._order(request, "mute_all", ConferenceMuteAllSerializer, "is_muted")

    @extend_schema(
        parameters=PARAMETERS,
        request=ConferenceKickSerializer,
        responses=ConferenceStateSerializer,
        filters=False,
    )
    @action(detail=True, methods=["post"])
    @once
    def kick(self, request: Request, pk: str) -> Response:
        """Send one participant out."""
        return self._order(request, "kick", ConferenceKickSerializer)

    @extend_schema(parameters=PARAMETERS, request=None, responses=ConferenceStateSerializer, filters=False)
    @action(detail=True, methods=["post"])
    @once
    def end(self, request: Request, pk: str) -> Response:
        """Send everybody out."""
        return self._order(request, "end", serializers.Serializer)

    def _order(
        self, request: Request, order: Order, kind: type[serializers.Serializer[Any]], switch: str = ""
    ) -> Response:
        room = self.get_object()
        wanted = _read(request, kind)
        with _order_errors():
            state = conference_order(
                tenant=tenant_of(request),
                room=room,
                order=order,
                is_on=wanted.get(switch, True),
                session_id=wanted.get("session_id", ""),
            )
        audit_request(request._request, action=f"conference.{order}", target=room)
        return Response(ConferenceStateSerializer(state).data)


def _read(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    form = kind(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


@contextmanager
def _order_errors() -> Iterator[None]:
    with control_errors("This participant"):
        try:
            yield
        except ConferenceEmpty as error:
            raise Refused("Nobody is in this conference.", code="conference_empty") from error
