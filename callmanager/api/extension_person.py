"""The person behind an extension by REST: photo, QR code, welcome mail."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from callmanager.models import Extension
from callmanager.services.extension_photo import photo_find, photo_remove, photo_set
from callmanager.services.extension_welcome import phone_account, qr_svg, welcome_send
from tenants.api.access import actor_of, tenant_of
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.files import file_response


class PhotoSerializer(serializers.Serializer[Any]):
    """JPEG, PNG, WebP or GIF, 5 MB and 40 megapixels at most; kept as a square JPEG without what cameras add."""

    photo = serializers.FileField()


class ExtensionPersonActions(GenericViewSet[Extension]):
    """Mixed into the resource of extensions."""

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    @action(detail=True, parser_classes=[MultiPartParser])
    def photo(self, request: Request, pk: str) -> FileResponse:
        """404 if there is none."""
        return photo_answer(self.get_object())

    @extend_schema(request=PhotoSerializer, responses={204: None})
    @photo.mapping.put
    def photo_put(self, request: Request, pk: str) -> Response:
        extension = self.get_object()
        form = PhotoSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            photo_set(extension=extension, data=form.validated_data["photo"].read())
            audit_request(request._request, action="extension.update", target=extension)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    @photo.mapping.delete
    def photo_delete(self, request: Request, pk: str) -> Response:
        extension = self.get_object()
        with transaction.atomic():
            photo_remove(extension=extension)
            audit_request(request._request, action="extension.update", target=extension)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "image/svg+xml"): OpenApiTypes.STR})
    @action(detail=True)
    def qr(self, request: Request, pk: str) -> HttpResponse:
        """Scan it to sign a phone in. It holds the SIP password if the tenant shows them."""
        tenant, actor = tenant_of(request), actor_of(request)
        has_password = tenant.is_sip_password_shown and actor.may("callmanager.extension", Verb.CHANGE)
        account = phone_account(tenant=tenant, extension=self.get_object(), has_password=has_password)
        return HttpResponse(
            qr_svg(account), content_type="image/svg+xml", headers={"Cache-Control": "no-store"}
        )

    @extend_schema(request=None, responses={202: None})
    @action(detail=True, methods=["post"])
    def welcome(self, request: Request, pk: str) -> Response:
        """Sends the welcome mail once more, with the QR code that signs in."""
        extension = self.get_object()
        with transaction.atomic():
            welcome_send(tenant=tenant_of(request), extension=extension)
            audit_request(request._request, action="extension.welcome", target=extension)
        return Response(status=status.HTTP_202_ACCEPTED)


def photo_answer(extension: Extension) -> FileResponse:
    file = photo_find(extension=extension)
    if file is None:
        raise Http404
    return file_response(file)
