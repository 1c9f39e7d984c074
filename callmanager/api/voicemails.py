"""Messages, mailboxes and greetings. An extension's person sees its own alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.fleet.models import Voicemail
from callmanager.models import Extension, Greeting, Mailbox
from callmanager.models.mailbox import PIN, STATUS_NAMES
from callmanager.selectors.extension import extension_list
from callmanager.selectors.voicemail import greeting_list, mailbox_list, stored_sound, voicemail_list
from callmanager.services.greeting import (
    greeting_activate,
    greeting_add,
    greeting_deactivate,
    greeting_delete,
)
from callmanager.services.mailbox import MAILBOX_FIELDS, mailbox_update
from callmanager.services.voicemail import voicemail_delete, voicemail_forward, voicemail_set_new
from tenants.api.access import ResourceAccess, actor_of, tenant_of
from tenants.api.filters import TrueFalseFilter
from tenants.api.uploads import MadeOfUpload
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.models import Role
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


class MailboxSerializer(serializers.ModelSerializer[Mailbox]):
    """`has_pin` instead of the PIN itself, which is written and never read."""

    extension_number = serializers.CharField(source="extension.number", read_only=True)
    display_name = serializers.CharField(source="extension.display_name", read_only=True)
    pin = serializers.CharField(
        validators=[PIN], write_only=True, required=False, allow_blank=True, max_length=12
    )

    class Meta:
        model = Mailbox
        fields = ("extension_number", "display_name", *MAILBOX_FIELDS, "has_pin")
        read_only_fields = ("has_pin",)


class GreetingSerializer(serializers.ModelSerializer[Greeting]):
    """`status`: the presence in which it is played; empty for all that have none of their own."""

    extension_number = serializers.CharField(source="extension.number", read_only=True)

    class Meta:
        model = Greeting
        fields = ("id", "extension_number", "name", "status", "is_active", "length_s", "created_at")
        read_only_fields = tuple(name for name in fields if name != "is_active")


class GreetingUploadSerializer(serializers.Serializer[Any]):
    """A WAV file of any usual kind, as multipart/form-data."""

    file = serializers.FileField()
    extension_number = serializers.CharField(
        max_length=20, required=False, help_text="An extension's person may leave it out."
    )
    status = serializers.ChoiceField(
        choices=list(STATUS_NAMES.items()), required=False, allow_blank=True, default=""
    )


class VoicemailFilter(django_filters.FilterSet):
    mailbox = django_filters.CharFilter()
    caller = django_filters.CharFilter()
    is_new = TrueFalseFilter()
    is_urgent = TrueFalseFilter()


def _own(request: Request, rows: Callable[[], QuerySet[Any]], field: str) -> QuerySet[Any]:
    """Of the extension that asks; all for its company. Asked for only where a tenant is acted in."""
    tenant_of(request)
    actor = actor_of(request)
    if actor.role != Role.EXTENSION:
        return rows()
    return rows().filter(**{field: actor.user.extension_number})


class VoicemailViewSet(
    ResourceAccess,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Voicemail],
):
    verbs = {"forward": Verb.CHANGE}
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
        return _own(self.request, voicemail_list, "mailbox")

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
        return _sound(self.get_object().file_id)

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


class MailboxViewSet(
    ResourceAccess,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Mailbox],
):
    """By the number of the extension."""

    serializer_class = MailboxSerializer
    queryset = ScopedQuerySet(Mailbox)
    lookup_field = "extension__number"
    lookup_url_kwarg = "number"
    lookup_value_regex = r"[A-Za-z0-9]{1,20}"
    ordering_fields = {"extension_number": (Length("extension__number"), "extension__number")}
    search_fields = ("extension__number", "extension__display_name")

    def get_queryset(self) -> QuerySet[Mailbox]:
        return _own(self.request, mailbox_list, "extension__number")

    @extend_schema(request=MailboxSerializer, responses=MailboxSerializer)
    def partial_update(self, request: Request, number: str) -> Response:
        mailbox = self.get_object()
        form = MailboxSerializer(mailbox, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            mailbox = mailbox_update(mailbox=mailbox, **form.validated_data)
            audit_request(request._request, action="mailbox.update", target=mailbox)
        return Response(MailboxSerializer(mailbox).data)


class GreetingFilter(django_filters.FilterSet):
    extension_number = django_filters.CharFilter(field_name="extension__number")
    is_active = TrueFalseFilter()


class GreetingViewSet(
    ResourceAccess,
    MadeOfUpload,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Greeting],
):
    serializer_class = GreetingSerializer
    queryset = ScopedQuerySet(Greeting)
    lookup_value_regex = r"[0-9]{1,18}"
    filterset_class = GreetingFilter
    ordering_fields = {"name": ("name",), "created_at": ("created_at",)}
    search_fields = ("name", "extension__number")

    def get_queryset(self) -> QuerySet[Greeting]:
        return _own(self.request, greeting_list, "extension__number")

    @extend_schema(
        request={"multipart/form-data": GreetingUploadSerializer}, responses={201: GreetingSerializer}
    )
    def create(self, request: Request) -> Response:
        form = GreetingUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        extension = self._extension(form.validated_data.get("extension_number", ""))
        upload = form.validated_data["file"]
        with transaction.atomic():
            greeting = greeting_add(
                extension=extension,
                source=upload.file,
                size_bytes=upload.size,
                name=upload.name,
                status=form.validated_data["status"],
            )
            audit_request(request._request, action="greeting.create", target=greeting)
        return Response(GreetingSerializer(greeting).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=GreetingSerializer, responses=GreetingSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Make it the one that callers hear, or none of its status."""
        greeting = self.get_object()
        form = GreetingSerializer(greeting, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        is_active = form.validated_data.get("is_active", greeting.is_active)
        with transaction.atomic():
            change = greeting_activate if is_active else greeting_deactivate
            greeting = change(greeting=greeting)
            audit_request(request._request, action="greeting.update", target=greeting)
        return Response(GreetingSerializer(greeting).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        greeting = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="greeting.delete", target=greeting)
            greeting_delete(greeting=greeting)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True)
    def content(self, request: Request, pk: str) -> FileResponse:
        """The sound."""
        return _sound(self.get_object().stored_file_id)

    def _extension(self, number: str) -> Extension:
        tenant_of(self.request)
        actor = actor_of(self.request)
        own = actor.user.extension_number if actor.role == Role.EXTENSION else ""
        extension = extension_list().filter(number=number or own).first()
        if extension is None or (own and extension.number != own):
            raise serializers.ValidationError(
                {"extension_number": serializers.ErrorDetail("There is no such extension.", "not_found")}
            )
        return extension


def _sound(file_id: int) -> FileResponse:
    response = stored_sound(file_id=file_id)
    if response is None:
        raise Http404
    return response
