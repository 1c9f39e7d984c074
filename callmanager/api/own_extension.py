"""What an extension's person may change alone by REST."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.api.extension_forwards import ForwardsField
from callmanager.domain.passwords import MAX_LENGTH, MIN_LENGTH
from callmanager.models import Extension
from callmanager.models.extension import STATUSES
from callmanager.selectors.extension import extension_list_whole
from callmanager.services.extension import extension_update
from callmanager.services.sip_password import sip_password_generate
from tenants.api.access import ResourceAccess, actor_of, tenant_of
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb


class SipPasswordLocked(NotFound):
    """As on the own page, which has no such button then."""

    default_code = "sip_password_locked"
    default_detail = "The company does not let extensions change their SIP password."


class OwnSipPasswordSerializer(serializers.Serializer[Any]):
    """Without `sip_password` a strong one is made."""

    sip_password = serializers.CharField(
        min_length=MIN_LENGTH,
        max_length=MAX_LENGTH,
        required=False,
        trim_whitespace=False,
        help_text="By the same rules as everywhere: letters and digits, not the extension number.",
    )


class NewSipPasswordSerializer(serializers.Serializer[Any]):
    sip_password = serializers.CharField(help_text="Shown this once. The phones have to be told.")


class OwnPresenceSerializer(serializers.Serializer[Any]):
    """`status` says which of the forwarding rules hold."""

    status = serializers.ChoiceField(choices=STATUSES, required=False)
    forwards = ForwardsField(required=False)


class OwnPresenceView(ResourceAccess, APIView):
    """Who signed in as an extension says whether it is there, and where its calls go."""

    subject = "callmanager.ownpresence"

    @extend_schema(operation_id="account_presence", responses=OwnPresenceSerializer)
    def get(self, request: Request) -> Response:
        return Response(OwnPresenceSerializer(own_extension_get(request)).data)

    @extend_schema(
        operation_id="account_presence_update",
        request=OwnPresenceSerializer(partial=True),
        responses=OwnPresenceSerializer,
    )
    def patch(self, request: Request) -> Response:
        extension = own_extension_get(request)
        form = OwnPresenceSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            extension_update(extension=extension, **form.validated_data)
            audit_request(request._request, action="extension.update", target=extension)
        return Response(OwnPresenceSerializer(own_extension_get(request)).data)


def own_extension_get(request: Request) -> Extension:
    """404 for who is no extension."""
    tenant_of(request)
    extension = extension_list_whole().filter(number=actor_of(request).user.extension_number).first()
    if extension is None:
        raise NotFound
    return extension


class OwnSipPasswordView(ResourceAccess, APIView):
    subject = "callmanager.ownsippassword"
    verbs = {"post": Verb.CHANGE}

    @extend_schema(
        operation_id="account_sip_password",
        request=OwnSipPasswordSerializer,
        responses=NewSipPasswordSerializer,
    )
    def post(self, request: Request) -> Response:
        """Who signed in as an extension gives it a new SIP password, where the tenant allows that."""
        if not tenant_of(request).may_extensions_change_sip_password:
            raise SipPasswordLocked
        extension = own_extension_get(request)
        form = OwnSipPasswordSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        password = form.validated_data.get("sip_password") or sip_password_generate(number=extension.number)
        with transaction.atomic():
            extension_update(extension=extension, sip_password=password)
            audit_request(request._request, action="extension.update", target=extension)
        answer = NewSipPasswordSerializer({"sip_password": password}).data
        return Response(answer, headers={"Cache-Control": "no-store"})
