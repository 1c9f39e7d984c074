"""The person behind the own extension by REST: names, addresses, photo, as on the own page."""

from __future__ import annotations

from django.db import transaction
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.api.extension_person import PhotoSerializer, photo_answer
from callmanager.api.own_extension import own_extension_get
from callmanager.models import Extension
from callmanager.services.extension import extension_update
from callmanager.services.extension_photo import photo_remove, photo_set
from tenants.api.access import ResourceAccess
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb


class OwnProfileSerializer(serializers.ModelSerializer[Extension]):
    """`email` is unique on the whole platform: it can be used to sign in."""

    class Meta:
        model = Extension
        fields = ("number", "display_name", "first_name", "last_name", "email", "mobile", "has_photo")
        read_only_fields = ("number", "display_name")

    has_photo = serializers.SerializerMethodField()

    def get_has_photo(self, extension: Extension) -> bool:
        return extension.photo_id is not None


class OwnProfileView(ResourceAccess, APIView):
    """Who signed in as an extension."""

    subject = "callmanager.ownprofile"

    @extend_schema(operation_id="account_extension", responses=OwnProfileSerializer)
    def get(self, request: Request) -> Response:
        return Response(OwnProfileSerializer(own_extension_get(request)).data)

    @extend_schema(
        operation_id="account_extension_update",
        request=OwnProfileSerializer(partial=True),
        responses=OwnProfileSerializer,
    )
    def patch(self, request: Request) -> Response:
        extension = own_extension_get(request)
        form = OwnProfileSerializer(extension, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            extension_update(extension=extension, **form.validated_data)
            audit_request(request._request, action="extension.update", target=extension)
        return Response(OwnProfileSerializer(own_extension_get(request)).data)


class OwnPhotoView(ResourceAccess, APIView):
    subject = "callmanager.ownprofile"
    verbs = {"put": Verb.CHANGE, "delete": Verb.CHANGE}
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="account_photo", responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> FileResponse:
        """404 if there is none."""
        return photo_answer(own_extension_get(request))

    @extend_schema(operation_id="account_photo_update", request=PhotoSerializer, responses={204: None})
    def put(self, request: Request) -> Response:
        extension = own_extension_get(request)
        form = PhotoSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            photo_set(extension=extension, data=form.validated_data["photo"].read())
            audit_request(request._request, action="extension.update", target=extension)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="account_photo_delete", responses={204: None})
    def delete(self, request: Request) -> Response:
        extension = own_extension_get(request)
        with transaction.atomic():
            photo_remove(extension=extension)
            audit_request(request._request, action="extension.update", target=extension)
        return Response(status=status.HTTP_204_NO_CONTENT)
