"""Dial codes: what is dialled to use the system itself."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.domain.dial_codes import CODES_EACH_MAX
from callmanager.domain.dial_features import DialProfile
from callmanager.models.dial_codes import PARK_SLOTS_MAX
from callmanager.selectors.dial_codes import dial_code_settings_get, shown_code_list
from callmanager.services.dial_codes import dial_codes_set
from tenants.api.access import ResourceAccess, tenant_of
from tenants.audit_trail import audit_request

PROFILES = [(one.value, one.value) for one in DialProfile]
CODE_LENGTH = 20


class DialCodeSerializer(serializers.Serializer[Any]):
    """`codes` hold, `default` are the profile's. `example` is dialled behind the code. `taken`: an extension has this
    number, so that it rings instead."""

    kind = serializers.CharField()
    name = serializers.CharField()
    does = serializers.CharField()
    example = serializers.CharField()
    codes = serializers.ListField(child=serializers.CharField())
    default = serializers.ListField(child=serializers.CharField())
    taken = serializers.ListField(child=serializers.CharField())


class DialCodesSerializer(serializers.Serializer[Any]):
    """`is_monitoring_enabled`: the monitors of groups may listen to calls. `park_slots`: parking places, numbered
    from 1; after `park_timeout_s` a parked call rings at who parked it; `return_ring_s`:
    how long such a call, or a transfer that failed, rings there. `is_blf_enabled`: phones may show by their
    lamps which extensions of the company are on a call."""

    profile = serializers.ChoiceField(choices=PROFILES)
    is_monitoring_enabled = serializers.BooleanField()
    is_blf_enabled = serializers.BooleanField()
    park_slots = serializers.IntegerField()
    park_timeout_s = serializers.IntegerField()
    return_ring_s = serializers.IntegerField()
    codes = DialCodeSerializer(many=True)


class DialCodesChangeSerializer(serializers.Serializer[Any]):
    """`codes`: kind -> its codes; null: those of the profile, an empty list: it can't be dialled. What is left out
    stays. With `profile` and `forgets_own` all codes are the profile's, but for those given here."""

    profile = serializers.ChoiceField(choices=PROFILES, required=False)
    is_monitoring_enabled = serializers.BooleanField(required=False, allow_null=False)
    park_slots = serializers.IntegerField(required=False, min_value=1, max_value=PARK_SLOTS_MAX)
    park_timeout_s = serializers.IntegerField(required=False, min_value=10, max_value=3600)
    return_ring_s = serializers.IntegerField(required=False, min_value=5, max_value=300)
    is_blf_enabled = serializers.BooleanField(required=False)
    forgets_own = serializers.BooleanField(required=False, default=False)
    codes = serializers.DictField(
        child=serializers.ListField(
            child=serializers.CharField(max_length=CODE_LENGTH), max_length=CODES_EACH_MAX, allow_null=True
        ),
        required=False,
    )


class DialCodesView(ResourceAccess, APIView):
    subject = "callmanager.dialcodesettings"

    @extend_schema(operation_id="dial_codes", responses=DialCodesSerializer)
    def get(self, request: Request) -> Response:
        tenant_of(request)
        return Response(_dial_codes())

    @extend_schema(
        operation_id="dial_codes_update", request=DialCodesChangeSerializer, responses=DialCodesSerializer
    )
    def patch(self, request: Request) -> Response:
        tenant_of(request)
        form = DialCodesChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            settings = dial_codes_set(**form.validated_data)
            audit_request(request._request, action="dial_codes.update", target=settings)
        return Response(_dial_codes())


def _dial_codes() -> Any:
    settings = dial_code_settings_get()
    return DialCodesSerializer(
        {
            "profile": settings.profile,
            "is_monitoring_enabled": settings.is_monitoring_enabled,
            "park_slots": settings.park_slots,
            "park_timeout_s": settings.park_timeout_s,
            "return_ring_s": settings.return_ring_s,
            "is_blf_enabled": settings.is_blf_enabled,
            "codes": [
                {
                    "kind": one.feature.kind.value,
                    "name": one.feature.name,
                    "does": one.feature.does,
                    "example": one.feature.example,
                    "codes": one.codes,
                    "default": one.default,
                    "taken": one.taken,
                }
                for one in shown_code_list(settings)
            ],
        }
    ).data
