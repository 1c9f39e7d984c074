"""A trunk's header parameters by REST: two lists of its own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from callmanager.domain.header_parameters import (
    CallerMapping,
    CallerPart,
    HeaderPart,
    HeaderRule,
    HeaderSource,
    ProviderField,
)
from callmanager.domain.header_rule_checks import MAX_CONSTANT, MAX_HEADER_NAME
from callmanager.fleet.models.trunk_parameters import (
    CALLER_PARTS,
    HEADER_PARTS,
    HEADER_SOURCES,
    PROVIDER_FIELDS,
)


class HeaderRuleSerializer(serializers.Serializer[Any]):
    """`part` of the INVITE is filled from `source`; parts without a rule say what most providers want. `constant` is
    the text of that source, `header_name` the name of a `custom` header. `empty` leaves a part out."""

    part = serializers.ChoiceField(choices=HEADER_PARTS)
    source = serializers.ChoiceField(choices=HEADER_SOURCES)  # type: ignore[assignment] # declared, not set
    constant = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=MAX_CONSTANT, trim_whitespace=False
    )
    header_name = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=MAX_HEADER_NAME
    )


class CallerMappingSerializer(serializers.Serializer[Any]):
    """Where a provider's INVITE says the caller's number or name; several of one part are tried in order, and then the
    usual places."""

    part = serializers.ChoiceField(choices=CALLER_PARTS)
    field = serializers.ChoiceField(choices=PROVIDER_FIELDS)
    header_name = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=MAX_HEADER_NAME
    )


@extend_schema_field(HeaderRuleSerializer(many=True))
class HeaderRulesField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> list[HeaderRule]:
        form = HeaderRuleSerializer(data=data, many=True)
        form.is_valid(raise_exception=True)
        return [
            HeaderRule(
                HeaderPart(row["part"]), HeaderSource(row["source"]), row["constant"], row["header_name"]
            )
            for row in form.validated_data
        ]

    def to_representation(self, value: Any) -> Any:
        return HeaderRuleSerializer(value.all(), many=True).data


@extend_schema_field(CallerMappingSerializer(many=True))
class CallerMappingsField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> list[CallerMapping]:
        form = CallerMappingSerializer(data=data, many=True)
        form.is_valid(raise_exception=True)
        return [
            CallerMapping(CallerPart(row["part"]), ProviderField(row["field"]), row["header_name"])
            for row in form.validated_data
        ]

    def to_representation(self, value: Any) -> Any:
        return CallerMappingSerializer(value.all(), many=True).data
