"""Forwarding rules by REST: a list of the table's cells."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from callmanager.api.destinations import DestinationField
from callmanager.models.extension import RING_TIMEOUT_S
from callmanager.models.extension_forward import FORWARD_HOURS, FORWARD_STATUSES, FORWARD_WHEN
from callmanager.services.extension_forward import WantedForward


class ForwardSerializer(serializers.Serializer[Any]):
    """What becomes of calls while the person's `status` is this, or no phone is registered (`offline`, with `always`
    only). `ring_timeout_s` is for `no_answer`: how long the phones ring before; 0 is the extension's own ring time."""

    status = serializers.ChoiceField(choices=FORWARD_STATUSES)
    during = serializers.ChoiceField(choices=FORWARD_HOURS)
    when = serializers.ChoiceField(choices=FORWARD_WHEN)
    destination = DestinationField()
    ring_timeout_s = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=RING_TIMEOUT_S[1]
    )


@extend_schema_field(ForwardSerializer(many=True))
class ForwardsField(serializers.Field[Any, Any, Any, Any]):
    """Read from the rows, written as one list by the service."""

    def to_internal_value(self, data: Any) -> list[WantedForward]:
        form = ForwardSerializer(data=data, many=True)
        form.is_valid(raise_exception=True)
        return [WantedForward(**row) for row in form.validated_data]

    def to_representation(self, value: Any) -> Any:
        return ForwardSerializer(value.all(), many=True).data
