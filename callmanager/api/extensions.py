"""Extensions. The SIP password is written, never read, except in the answer to its generation.

Who signed in as an extension reads itself, and of the members its groups let it see what colleagues may know.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.utils.functional import cached_property
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.extension_calls import ExtensionCallActions
from callmanager.api.extension_fields import (
    ColleagueChangeSerializer,
    ColleagueSerializer,
    ExtensionCreatedSerializer,
    ExtensionSerializer,
    ManagedColleagueSerializer,
    WeakPasswordSerializer,
)
from callmanager.api.extension_person import ExtensionPersonActions
from callmanager.api.extension_table import ExtensionTableActions
from callmanager.models import Extension
from callmanager.models.extension import STATUSES, Gender
from callmanager.selectors.extension import extension_list_whole, weak_password_list
from callmanager.selectors.person import changeable_extension_list, visible_extension_list
from callmanager.services.extension import extension_create, extension_delete, extension_update
from callmanager.services.sip_password import sip_password_generate
from tenants.api.access import ResourceAccess, actor_of, tenant_of
from tenants.api.filters import TrueFalseFilter
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.models import Role
from tenants.scoped_models import ScopedQuerySet

# By who asks and whom the row is about.
EXTENSION_OR_COLLEAGUE = PolymorphicProxySerializer(
    component_name="ExtensionOrColleague",
    serializers=[ExtensionSerializer, ManagedColleagueSerializer, ColleagueSerializer],
    resource_type_field_name=None,
)
EXTENSION_WITH_PASSWORD_OR_COLLEAGUE = PolymorphicProxySerializer(
    component_name="ExtensionWithPasswordOrColleague",
    serializers=[ExtensionCreatedSerializer, ManagedColleagueSerializer, ColleagueSerializer],
    resource_type_field_name=None,
)
EXTENSIONS_OR_COLLEAGUES = PolymorphicProxySerializer(
    component_name="ExtensionOrColleague",
    serializers=[ExtensionSerializer, ManagedColleagueSerializer, ColleagueSerializer],
    resource_type_field_name=None,
    many=True,
)


class ColleagueFilter(django_filters.FilterSet):
    """Written out: derived from the model, it would ask the database outside any scope."""

    number = django_filters.CharFilter()
    is_enabled = TrueFalseFilter()


class ExtensionFilter(ColleagueFilter):
    email = django_filters.CharFilter(lookup_expr="iexact")
    did = django_filters.CharFilter()
    mobile = django_filters.CharFilter()
    gender = django_filters.ChoiceFilter(choices=[one for one in Gender.choices if one[0]])
    status = django_filters.ChoiceFilter(choices=STATUSES)
    group = django_filters.NumberFilter(field_name="memberships__group_id")
    is_audio_recorded = TrueFalseFilter()
    is_video_recorded = TrueFalseFilter()


class ExtensionViewSet(ResourceAccess, ExtensionTableActions, ExtensionPersonActions, ExtensionCallActions):
    # The managers of groups may change a little of their members: `_change_colleague` looks who and what.
    subjects = {
        "partial_update": "callmanager.colleague",
        "weak_passwords": "callmanager.weakpassword",
        "import_table": "callmanager.extensiontable",
        "import_columns": "callmanager.extensiontable",
        "export": "callmanager.extensiontable",
        "bulk": "callmanager.extensiontable",
        "sessions": "fleet.livecall",
        "hold": "fleet.livecall",
        "refer": "fleet.livecall",
        "attended_refer": "fleet.livecall",
        "answer": "fleet.livecall",
    }
    verbs = {
        "import_table": Verb.ADD,
        "import_columns": Verb.ADD,
        "bulk": Verb.CHANGE,
        "photo_delete": Verb.CHANGE,
    }
    serializer_class = ExtensionSerializer
    queryset = ScopedQuerySet(Extension)  # names the model for the schema; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "number": (Length("number"), "number"),
        "display_name": ("display_name",),
        "first_name": ("first_name", "last_name"),
        "last_name": ("last_name", "first_name"),
        "email": ("email",),
        "did": ("did",),
        "is_enabled": ("is_enabled",),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields: tuple[str, ...] = (
        "number",
        "display_name",
        "first_name",
        "last_name",
        "email",
        "mobile",
        "did",
    )
    filterset_class: type[django_filters.FilterSet] = ExtensionFilter

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if actor_of(request).role == Role.EXTENSION:
            # What is not shown can't be searched for either.
            self.search_fields = ("number", "display_name")
            self.filterset_class = ColleagueFilter

    def get_queryset(self) -> QuerySet[Extension]:
        tenant_of(self.request)
        actor = actor_of(self.request)
        if actor.role == Role.EXTENSION:
            return visible_extension_list(number=actor.user.extension_number)
        return extension_list_whole()

    @extend_schema(responses=EXTENSIONS_OR_COLLEAGUES)
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([self._shown(extension) for extension in page or ()])

    @extend_schema(responses=EXTENSION_WITH_PASSWORD_OR_COLLEAGUE)
    def retrieve(self, request: Request, pk: str) -> Response:
        """With `sip_password` if the tenant shows them, to who may change extensions."""
        extension = self.get_object()
        answer = dict(self._shown(extension))
        may_change = actor_of(request).may("callmanager.extension", Verb.CHANGE)
        if may_change and tenant_of(request).is_sip_password_shown:
            answer["sip_password"] = extension.sip_password
        return Response(answer)

    @extend_schema(request=ExtensionSerializer, responses={201: ExtensionCreatedSerializer})
    def create(self, request: Request) -> Response:
        tenant_of(request)
        form = ExtensionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(form.validated_data)
        generated = None
        if "sip_password" not in wanted:
            generated = wanted["sip_password"] = sip_password_generate(number=wanted["number"])
        with transaction.atomic():
            extension = extension_create(**wanted)
            audit_request(request._request, action="extension.create", target=extension)
        answer = dict(ExtensionSerializer(extension).data)
        if generated is not None:
            answer["sip_password"] = generated
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(request=ExtensionSerializer, responses=ExtensionSerializer)
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    @extend_schema(request=ExtensionSerializer, responses=EXTENSION_OR_COLLEAGUE)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Managers of a group that lets them change `display_name`, `is_enabled` and `ring_timeout_s` of members."""
        if actor_of(request).role == Role.EXTENSION:
            return self._change_colleague(request)
        return self._change(request, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        extension = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="extension.delete", target=extension)
            extension_delete(extension=extension)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=WeakPasswordSerializer(many=True), filters=False)
    @action(detail=False, url_path="weak_passwords", pagination_class=None, filter_backends=())
    def weak_passwords(self, request: Request) -> Response:
        """The extensions whose SIP password breaks today's rules, such as those imported from another system."""
        tenant_of(request)
        return Response(WeakPasswordSerializer(weak_password_list(), many=True).data)

    def _change(self, request: Request, *, partial: bool) -> Response:
        extension = self.get_object()
        form = ExtensionSerializer(extension, data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            extension = extension_update(extension=extension, **form.validated_data)
            audit_request(request._request, action="extension.update", target=extension)
        return Response(ExtensionSerializer(extension).data)

    def _change_colleague(self, request: Request) -> Response:
        own_number = actor_of(request).user.extension_number
        colleague = self.get_object()
        if not changeable_extension_list(number=own_number).filter(pk=colleague.pk).exists():
            raise PermissionDenied
        form = ColleagueChangeSerializer(colleague, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            colleague = extension_update(extension=colleague, **form.validated_data)
            audit_request(request._request, action="extension.update", target=colleague)
        return Response(self._shown(colleague))

    def _shown(self, extension: Extension) -> Any:
        actor = actor_of(self.request)
        if actor.role != Role.EXTENSION or actor.user.extension_number == extension.number:
            return self._form(ExtensionSerializer).to_representation(extension)
        is_managed = extension.pk in self._managed_ids
        form = self._form(ManagedColleagueSerializer if is_managed else ColleagueSerializer)
        return form.to_representation(extension)

    def _form(self, kind: type[serializers.ModelSerializer[Extension]]) -> Any:
        """One for all rows: to make its fields anew for each takes longer than to read them."""
        if kind not in self._forms:
            self._forms[kind] = kind()
        return self._forms[kind]

    @cached_property
    def _forms(self) -> dict[type[serializers.ModelSerializer[Extension]], Any]:
        return {}

    @cached_property
    def _managed_ids(self) -> frozenset[int]:
        number = actor_of(self.request).user.extension_number
        return frozenset(changeable_extension_list(number=number).values_list("pk", flat=True))
