"""Numbers: countries that may be called, beginnings of numbers that may not, and the blacklist.

For administrators who name no tenant the lists are the platform's, which hold for every tenant besides its own.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.models import BlockedNumber, DisallowedCode
from callmanager.models.number_policy import EMERGENCY_NUMBERS_MAX
from callmanager.selectors.number_policy import (
    allowed_countries,
    blocked_number_list,
    calling_country_list,
    disallowed_code_list,
    number_settings_get,
)
from callmanager.services.number_policy import (
    BLOCKED,
    CODES,
    NumberList,
    number_entries_add,
    number_entry_create,
    number_entry_delete,
    number_entry_update,
    number_settings_set,
)
from tenants.api.access import ResourceAccess, actor_of, tenant_of
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.models import Tenant
from tenants.scoped_models import ScopedQuerySet

TEXT_LENGTH = 1_000_000


class CallingCountrySerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    calling_code = serializers.IntegerField()
    is_allowed = serializers.BooleanField()


class CountryCodesSerializer(serializers.Serializer[Any]):
    """`country` is the tenant's own; `is_own_only`: nothing else was chosen, so that one alone is called."""

    country = serializers.CharField()
    is_own_only = serializers.BooleanField()
    more_emergency_numbers = serializers.ListField(child=serializers.CharField())
    countries = CallingCountrySerializer(many=True)


class CountryCodesChangeSerializer(serializers.Serializer[Any]):
    """`allowed`: ISO 3166 codes of all countries that may be called; null: the own one alone."""

    allowed = serializers.ListField(
        child=serializers.CharField(max_length=2), required=False, allow_null=True, max_length=300
    )
    more_emergency_numbers = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=EMERGENCY_NUMBERS_MAX
    )


class CountryCodesView(ResourceAccess, APIView):
    subject = "callmanager.numbersettings"

    @extend_schema(operation_id="country_codes", responses=CountryCodesSerializer)
    def get(self, request: Request) -> Response:
        return Response(_country_codes(tenant_of(request)))

    @extend_schema(
        operation_id="country_codes_update",
        request=CountryCodesChangeSerializer,
        responses=CountryCodesSerializer,
    )
    def patch(self, request: Request) -> Response:
        tenant = tenant_of(request)
        form = CountryCodesChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = dict(form.validated_data)
        if "allowed" in wanted:
            wanted["allowed_countries"] = wanted.pop("allowed")
        with transaction.atomic():
            settings = number_settings_set(**wanted)
            audit_request(request._request, action="country_codes.update", target=settings)
        return Response(_country_codes(tenant))


def _country_codes(tenant: Tenant) -> Any:
    settings = number_settings_get()
    allowed = allowed_countries(settings, tenant.country)
    return CountryCodesSerializer(
        {
            "country": tenant.country,
            "is_own_only": settings.allowed_countries is None,
            "more_emergency_numbers": settings.more_emergency_numbers,
            "countries": [
                {
                    "code": one.code,
                    "name": one.name,
                    "calling_code": one.calling_code,
                    "is_allowed": one.code in allowed,
                }
                for one in calling_country_list()
            ],
        }
    ).data


class ManySerializer(serializers.Serializer[Any]):
    """One entry a line; a description may follow behind `;`, `,` or a tab. What is there already is passed over."""

    text = serializers.CharField(max_length=TEXT_LENGTH, trim_whitespace=False)


class AddedSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    known = serializers.IntegerField()


class DisallowedCodeSerializer(serializers.Serializer[Any]):
    """Numbers that begin with `code` are not called over trunks: as they are dialled (0900), or with the country's
    code (+49900)."""

    id = serializers.IntegerField(read_only=True)
    code = serializers.CharField(max_length=40)
    description = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    created_at = serializers.DateTimeField(read_only=True)


class BlockedNumberSerializer(serializers.Serializer[Any]):
    """Calls from outside of these numbers are rejected at once, and calls to them are refused. `number` is one, a mask
    (44201*******, each `*` one digit) or a range (1100-1200)."""

    id = serializers.IntegerField(read_only=True)
    number = serializers.CharField(max_length=80)
    description = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    created_at = serializers.DateTimeField(read_only=True)


class NumberListViewSet(
    ResourceAccess, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]
):
    kind: ClassVar[NumberList]
    audit_name: ClassVar[str]
    verbs = {"add_many": Verb.ADD}
    lookup_value_regex = r"[0-9]{1,18}"

    @property
    def is_platform(self) -> bool:
        return actor_of(self.request).tenant is None

    def create(self, request: Request) -> Response:
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = self._by_service(form.validated_data)
        with transaction.atomic():
            entry = number_entry_create(kind=self.kind, is_platform=self.is_platform, **wanted)
            self._audit("create", entry)
        return Response(self.get_serializer(entry).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        entry = self.get_object()
        form = self.get_serializer(entry, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            entry = number_entry_update(kind=self.kind, entry=entry, **self._by_service(form.validated_data))
            self._audit("update", entry)
        return Response(self.get_serializer(entry).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        entry = self.get_object()
        with transaction.atomic():
            self._audit("delete", entry)
            number_entry_delete(entry=entry)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ManySerializer, responses=AddedSerializer)
    @action(detail=False, methods=["post"])
    def add_many(self, request: Request) -> Response:
        """All lines or none."""
        form = ManySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            added, known = number_entries_add(
                kind=self.kind, is_platform=self.is_platform, text=form.validated_data["text"]
            )
            audit_request(
                request._request,
                action=f"{self.audit_name}.add_many",
                target=None,
                object_type=self.audit_name,
                changes={"added": {"before": None, "after": added}},
            )
        return Response({"added": added, "known": known})

    def _by_service(self, fields: Any) -> dict[str, str]:
        return {("text" if name == self.kind.field else name): value for name, value in fields.items()}

    def _audit(self, verb: str, entry: Model) -> None:
        audit_request(self.request._request, action=f"{self.audit_name}.{verb}", target=entry)


class DisallowedCodeViewSet(NumberListViewSet):
    kind = CODES
    audit_name = "disallowed_code"
    serializer_class = DisallowedCodeSerializer
    queryset = ScopedQuerySet(DisallowedCode)  # names the model; without a scope it answers nothing
    ordering_fields = {"code": ("code",), "created_at": ("created_at", "code")}
    search_fields = ("code", "description")

    def get_queryset(self) -> QuerySet[Any]:
        return disallowed_code_list(is_platform=self.is_platform)


class BlockedNumberViewSet(NumberListViewSet):
    kind = BLOCKED
    audit_name = "blocked_number"
    serializer_class = BlockedNumberSerializer
    queryset = ScopedQuerySet(BlockedNumber)  # names the model; without a scope it answers nothing
    ordering_fields = {"number": ("number",), "created_at": ("created_at", "number")}
    search_fields = ("number", "description")

    def get_queryset(self) -> QuerySet[Any]:
        return blocked_number_list(is_platform=self.is_platform)
