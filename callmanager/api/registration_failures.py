"""Why phones could not register: the latest refusals with their causes."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from callmanager.domain.registration_failures import cause_of
from callmanager.fleet.models import RegistrationFailure
from callmanager.selectors.registration_failure import (
    own_registration_failure_list,
    registration_failure_list,
)
from tenants.api.access import ResourceAccess, actor_of
from tenants.models import Role
from tenants.scoped_models import ScopedQuerySet


class RegistrationFailureSerializer(serializers.ModelSerializer[RegistrationFailure]):
    """`cause` is for programs; `means` and `helps` say it to people. Without `tenant_id` the domain was nobody's."""

    extension_number = serializers.CharField(source="number", read_only=True)
    means = serializers.SerializerMethodField()
    helps = serializers.SerializerMethodField()

    class Meta:
        model = RegistrationFailure
        fields = (
            "id",
            "at",
            "tenant_id",
            "extension_number",
            "domain",
            "cause",
            "means",
            "helps",
            "source",
            "user_agent",
        )
        read_only_fields = fields

    def get_means(self, failure: RegistrationFailure) -> str:
        return cause_of(failure.cause).means

    def get_helps(self, failure: RegistrationFailure) -> str:
        return cause_of(failure.cause).helps


class RegistrationFailureFilter(django_filters.FilterSet):
    extension_number = django_filters.CharFilter(field_name="number")
    domain = django_filters.CharFilter()
    cause = django_filters.CharFilter()
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")


class RegistrationFailureViewSet(
    ResourceAccess, mixins.ListModelMixin, viewsets.GenericViewSet[RegistrationFailure]
):
    """A tenant's own; an extension's own; administrators without X-Tenant see those of unknown domains too."""

    serializer_class = RegistrationFailureSerializer
    queryset = ScopedQuerySet(
        RegistrationFailure
    )  # names the model for the schema; without a scope it answers nothing
    filterset_class = RegistrationFailureFilter
    ordering_fields = {"at": ("at", "id"), "extension_number": ("number",), "cause": ("cause",)}
    search_fields = ("number", "domain", "source", "user_agent")

    def get_queryset(self) -> QuerySet[RegistrationFailure]:
        actor = actor_of(self.request)
        if actor.role == Role.EXTENSION:
            return own_registration_failure_list(number=actor.user.extension_number)
        return registration_failure_list()
