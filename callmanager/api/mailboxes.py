"""Mailboxes: what they ask for and play. An extension's person sees its own alone."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.mailbox_access import own_rows
from callmanager.models import Mailbox
from callmanager.models.mailbox import PIN
from callmanager.selectors.voicemail import mailbox_list
from callmanager.services.mailbox import MAILBOX_FIELDS, mailbox_update
from tenants.api.access import ResourceAccess
from tenants.audit_trail import audit_request
from tenants.scoped_models import ScopedQuerySet


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
        return own_rows(self.request, mailbox_list, "extension__number")

    @extend_schema(request=MailboxSerializer, responses=MailboxSerializer)
    def partial_update(self, request: Request, number: str) -> Response:
        mailbox = self.get_object()
        form = MailboxSerializer(mailbox, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            mailbox = mailbox_update(mailbox=mailbox, **form.validated_data)
            audit_request(request._request, action="mailbox.update", target=mailbox)
        return Response(MailboxSerializer(mailbox).data)
