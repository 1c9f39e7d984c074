"""Action URLs in the REST rows of virtual receptionists."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from callmanager.domain.menu_action import MAX_ACTIONS, ActionMethod, ActionTrigger
from callmanager.models import ReceptionistAction
from callmanager.models.receptionist_action import MATCHES_LENGTH, METHODS, PASSWORD_LENGTH, TRIGGERS
from tenants.models.event_url import URL_LENGTH_MAX


class ReceptionistActionSerializer(serializers.Serializer[Any]):
    """What sets it off is in `matches`: numbers and ranges, such as `22;33;860000-880000`, each once. `target` is the
    address that is asked or a number that is called at once. `password` is never shown; left out, the one of the action
    with this name stays, unless the address is another server's."""

    name = serializers.CharField(max_length=64)
    trigger = serializers.ChoiceField(choices=TRIGGERS, default=ActionTrigger.DTMF.value)
    matches = serializers.CharField(max_length=MATCHES_LENGTH)
    method = serializers.ChoiceField(choices=METHODS, default=ActionMethod.GET.value)
    target = serializers.CharField(max_length=URL_LENGTH_MAX)
    username = serializers.CharField(max_length=254, allow_blank=True, default="")
    password = serializers.CharField(
        max_length=PASSWORD_LENGTH, allow_blank=True, write_only=True, required=False, trim_whitespace=False
    )
    has_password = serializers.BooleanField(read_only=True)
    connect_timeout_s = serializers.IntegerField(min_value=1, max_value=30, default=5)
    answer_timeout_s = serializers.IntegerField(min_value=1, max_value=30, default=10)


@extend_schema_field(ReceptionistActionSerializer(many=True))
class ActionsField(serializers.Field[Any, Any, Any, Any]):
    """Written as a whole."""

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list):
            raise serializers.ValidationError("A list of Action URLs.", code="not_a_list")
        if len(data) > MAX_ACTIONS:
            raise serializers.ValidationError(f"At most {MAX_ACTIONS} Action URLs.", code="max_length")
        form = ReceptionistActionSerializer(data=data, many=True)
        form.is_valid(raise_exception=True)
        return [dict(one) for one in form.validated_data]

    def to_representation(self, value: Any) -> list[dict[str, Any]]:
        return [_shown(one) for one in value.all()]


def _shown(one: ReceptionistAction) -> dict[str, Any]:
    return {
        "name": one.name,
        "trigger": one.trigger,
        "matches": one.matches,
        "method": one.method,
        "target": one.url or one.number,
        "username": one.username,
        "has_password": bool(one.password),
        "connect_timeout_s": one.connect_timeout_s,
        "answer_timeout_s": one.answer_timeout_s,
    }
