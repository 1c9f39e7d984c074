"""Destinations by REST: {"kind": "extension", "target": "101"}."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.models.destination import ACTIONS


class DestinationSerializer(serializers.Serializer[Any]):
    """`target` is the number of an extension, a ring group, a virtual receptionist, a call queue or a conference room,
    or an outside number as somebody of the company would dial it; nothing where the call is ended."""

    kind = serializers.ChoiceField(choices=ACTIONS)
    target = serializers.CharField(required=False, allow_blank=True, default="", max_length=MAX_DIALLED)


@extend_schema_field(DestinationSerializer)
class DestinationField(serializers.Field[Any, Any, Any, Any]):
    """A domain's `Destination`; null where the field allows it."""

    def to_internal_value(self, data: Any) -> Destination:
        form = DestinationSerializer(data=data)
        form.is_valid(raise_exception=True)
        return Destination(DestinationKind(form.validated_data["kind"]), form.validated_data["target"])

    def to_representation(self, value: Destination) -> dict[str, str]:
        return {"kind": value.kind.value, "target": value.target}
