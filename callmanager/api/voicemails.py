"""Messages. An extension's person sees its own alone."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.mailbox_access import own_rows, sound_answer
from callmanager.fleet.models import Voicemail
from callmanager.selectors.voicemail import voicemail_list
from callmanager.services.voicemail_message import (
    DELETE,
    MESSAGE_ACTIONS,
    voicemail_delete,
    voicemail_forward,
    voicemail_set_new,
    voicemails_change,
)
from tenants.api.access import ResourceAccess, actor_of
from tenants.api.filters import TrueFalseFilter
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.scoped_models import ScopedQuerySet


class VoicemailSerializer(serializers.ModelSerializer[Voicemail]):
    class Meta:
        model = Voicemail
        fields = (
            "id",
            "mailbox",
            "caller",
            "caller_name",
            "left_at",
            "duration_s",
            "is_new",
            "is_urgent",
        )
        read_only_fields = tuple(name for name in fields if name != "is_new")


class ForwardMessageSerializer(serializers.Serializer[Any]):
    mailbox = serializers.CharField(max_length=20, help_text="The extension that gets a copy.")


class BulkMessagesSerializer(serializers.Serializer[Any]):
    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=1000)
    action = serializers.ChoiceField(choices=MESSAGE_ACTIONS)


class BulkMessagesAnswerSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField(help_text="How many messages are other than they were, or gone.")


class VoicemailFilter(django_filters.FilterSet):
    mailbox = django_filters.CharFilter()
    caller = django_filters.CharFilter()
    is_new = TrueFalseFilter()
    is_urgent = TrueFalseFilter()
    left_after = django_filters.IsoDateTimeFilter(field_name="left_at", lookup_expr="gte")
    left_before = django_filters.IsoDateTimeFilter(field_name="left_at", lookup_expr="lt")


class VoicemailViewSet(
    ResourceAccess,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Voicemail],
):
    verbs = {"forward": Verb.CHANGE, "bulk": Verb.CHANGE}
    serializer_class = VoicemailSerializer
    queryset = ScopedQuerySet(Voicemail)  # names the model for the schema; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    filterset_class = VoicemailFilter
    ordering_fields = {
        "left_at": ("left_at",),
        "duration_s": ("duration_s",),
        "mailbox": (Length("mailbox"), "mailbox"),
    }
    search_fields = ("caller", "caller_name", "mailbox")

    def get_queryset(self) -> QuerySet[Voicemail]:
        return own_rows(self.request, voicemail_list, "mailbox")

    @extend_schema(request=VoicemailSerializer, responses=VoicemailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """New, or heard."""
        voicemail = self.get_object()
        form = VoicemailSerializer(voicemail, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        is_new = form.validated_data.get("is_new", voicemail.is_new)
        voicemail = voicemail_set_new(voicemail=voicemail, is_new=is_new)
        return Response(VoicemailSerializer(voicemail).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        voicemail = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="voicemail.delete", target=voicemail)
            voicemail_delete(voicemail=voicemail)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True)
    def content(self, request: Request, pk: str) -> FileResponse:
        """The sound."""
        return sound_answer(request, self.get_object().file_id)

    @extend_schema(request=ForwardMessageSerializer, responses={201: VoicemailSerializer})
    @action(detail=True, methods=["post"])
    def forward(self, request: Request, pk: str) -> Response:
        """A copy for somebody else."""
        voicemail = self.get_object()
        form = ForwardMessageSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            copy = voicemail_forward(voicemail=voicemail, mailbox=form.validated_data["mailbox"])
            audit_request(request._request, action="voicemail.forward", target=copy)
        return Response(VoicemailSerializer(copy).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=BulkMessagesSerializer, responses=BulkMessagesAnswerSerializer)
    @action(detail=False, methods=["post"], pagination_class=None, filter_backends=())
    def bulk(self, request: Request) -> Response:
        """Mark or delete many. Ids that are not there, or somebody else's, are passed over."""
        messages = self.get_queryset()
        form = BulkMessagesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        chosen, wanted = messages.filter(pk__in=form.validated_data["ids"]), form.validated_data["action"]
        if wanted == DELETE and not actor_of(request).may("fleet.voicemail", Verb.DELETE):
            raise PermissionDenied
        changed = voicemails_change(voicemails=chosen, action=wanted)
        audit_request(
            request._request,
            action=f"voicemail.{wanted}",
            target=None,
            object_type="voicemail",
            changes={"messages": {"before": None, "after": sorted(form.validated_data["ids"])}},
        )
        return Response({"changed": changed})
