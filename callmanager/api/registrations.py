"""Which phones are registered, as the edge reports them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Length
from rest_framework import mixins, serializers, viewsets

from callmanager.fleet.models import Registration
from callmanager.selectors.call import registration_list
from callmanager.selectors.person import own_registration_list
from tenants.api.access import actor_of, tenant_of
from tenants.models import Role
from tenants.scoped_models import ScopedQuerySet


class RegistrationSerializer(serializers.ModelSerializer[Registration]):
    extension_number = serializers.CharField(source="username", read_only=True)

    class Meta:
        model = Registration
        fields = (
            "ruid",
            "extension_number",
            "domain",
            "contact",
            "source",
            "user_agent",
            "instance",
            "registered_at",
            "expires_at",
        )
        read_only_fields = fields


class RegistrationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Registration]):
    serializer_class = RegistrationSerializer
    queryset = ScopedQuerySet(
        Registration
    )  # names the model for the schema; without a scope it answers nothing
    ordering_fields = {
        "extension_number": (Length("username"), "username"),
        "registered_at": ("registered_at",),
        "expires_at": ("expires_at",),
    }
    search_fields = ("username", "contact", "user_agent", "source")

    def get_queryset(self) -> QuerySet[Registration]:
        tenant_of(self.request)
        actor = actor_of(self.request)
        if actor.role == Role.EXTENSION:
            return own_registration_list(number=actor.user.extension_number)
        return registration_list()
