"""How an extension looks by REST, to those who manage it and to colleagues."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from callmanager.api.extension_forwards import ForwardsField
from callmanager.api.office_hours import WeekField
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.domain.rights import Membership, Right, effective_rights
from callmanager.models import Extension, ExtensionGroup
from callmanager.models.destination import ACTIONS
from callmanager.models.extension import CALLER_ID, DID_NUMBER
from callmanager.models.extension_exception import RECEIVED_DURING
from callmanager.services.extension import EXTENSION_FIELDS
from callmanager.services.extension_exception import WantedException

# One of them says whom the action is for.
TARGETS = ("extension", "ring_group", "receptionist", "call_queue", "conference", "external_number")


class CallExceptionSerializer(serializers.Serializer[Any]):
    """The first one in the list that fits a call is obeyed. `caller_mask` is a number, a mask (0044********, each `*`
    one digit) or a range (1100-1200); empty means every caller. `extension` is the number of the other extension, for
    that action, `ring_group`, `receptionist`, `call_queue` and `conference` those of such, `external_number`
    an outside number as the extension would dial it."""

    caller_mask = serializers.CharField(required=False, allow_blank=True, default="", max_length=70)
    received_during = serializers.ChoiceField(choices=RECEIVED_DURING, default="always")
    action = serializers.ChoiceField(choices=ACTIONS)
    extension = serializers.CharField(required=False, allow_blank=True, default="", max_length=20)
    ring_group = serializers.CharField(required=False, allow_blank=True, default="", max_length=20)
    receptionist = serializers.CharField(required=False, allow_blank=True, default="", max_length=20)
    call_queue = serializers.CharField(required=False, allow_blank=True, default="", max_length=20)
    conference = serializers.CharField(required=False, allow_blank=True, default="", max_length=20)
    external_number = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=MAX_DIALLED
    )

    def validate(self, attributes: dict[str, Any]) -> dict[str, Any]:
        kind = DestinationKind(attributes["action"])
        named = {
            "extension": (DestinationKind.EXTENSION, DestinationKind.VOICEMAIL),
            "ring_group": (DestinationKind.RING_GROUP,),
            "receptionist": (DestinationKind.RECEPTIONIST,),
            "call_queue": (DestinationKind.CALL_QUEUE,),
            "conference": (DestinationKind.CONFERENCE,),
            "external_number": (DestinationKind.EXTERNAL_NUMBER,),
        }
        for field, kinds_of_field in named.items():
            if attributes[field] and kind not in kinds_of_field:
                raise serializers.ValidationError({field: "Not for this action."}, code="not_allowed")
        return attributes


@extend_schema_field(CallExceptionSerializer(many=True))
class CallExceptionsField(serializers.Field[Any, Any, Any, Any]):
    """Read from the rows, written as one list by the service."""

    def to_internal_value(self, data: Any) -> list[WantedException]:
        form = CallExceptionSerializer(data=data, many=True)
        form.is_valid(raise_exception=True)
        return [
            WantedException(
                row["caller_mask"],
                row["received_during"],
                Destination(
                    DestinationKind(row["action"]),
                    next((row[name] for name in TARGETS if row[name]), ""),
                ),
            )
            for row in form.validated_data
        ]

    def to_representation(self, value: Any) -> list[dict[str, str]]:
        return [
            {
                "caller_mask": row.caller_mask,
                "received_during": row.received_during,
                "action": row.action,
                "extension": row.target.number if row.target is not None else "",
                "ring_group": row.ring_group.number if row.ring_group is not None else "",
                "receptionist": row.to_receptionist.number if row.to_receptionist is not None else "",
                "call_queue": row.to_queue.number if row.to_queue is not None else "",
                "conference": row.to_conference.number if row.to_conference is not None else "",
                "external_number": row.external_number,
            }
            for row in value.all()
        ]


class BelongedGroupSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    is_manager = serializers.BooleanField()


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    """`number` is what is dialled; it takes effect for the next call and the next registration. `rights` are what the
    groups allow, taken together. `did` is one of the company's numbers on its trunks. Recording takes effect with
    recordings."""

    # Uniqueness is the service's word: it answers a lost race too.
    number = serializers.RegexField(
        r"^[A-Za-z0-9]+\Z", max_length=20, error_messages={"invalid": "Only letters and digits."}
    )
    did = serializers.CharField(required=False, allow_blank=True, max_length=32, validators=[DID_NUMBER])
    outbound_caller_id = serializers.CharField(
        required=False, allow_blank=True, max_length=41, validators=[CALLER_ID]
    )
    emergency_caller_id = serializers.CharField(
        required=False, allow_blank=True, max_length=41, validators=[CALLER_ID]
    )
    sip_password = serializers.CharField(
        write_only=True, required=False, max_length=64, trim_whitespace=False
    )
    web_password = serializers.CharField(
        write_only=True, required=False, max_length=256, trim_whitespace=False
    )
    group_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        source="groups",
        write_only=True,
        required=False,
        min_length=1,
        max_length=1000,
        help_text="The groups it is to be in, and no others. A new one is in the default group if this is left out.",
    )
    week = WeekField(required=False)
    exceptions = CallExceptionsField(required=False)
    forwards = ForwardsField(required=False)
    has_photo = serializers.SerializerMethodField()
    groups = serializers.SerializerMethodField()
    rights = serializers.SerializerMethodField()

    class Meta:
        model = Extension
        fields = (
            "id",
            *EXTENSION_FIELDS,
            "exceptions",
            "forwards",
            "has_photo",
            "balance",
            "groups",
            "group_ids",
            "rights",
            "sip_password",
            "web_password",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "balance", "created_at", "updated_at")

    def validate_group_ids(self, ids: list[int]) -> list[ExtensionGroup]:
        groups = list(ExtensionGroup.objects.filter(pk__in=ids))
        if unknown := sorted(set(ids) - {group.pk for group in groups}):
            raise serializers.ValidationError(f"There is no group {unknown[0]}.", code="not_found")
        return groups

    def get_has_photo(self, extension: Extension) -> bool:
        return extension.photo_id is not None

    @extend_schema_field(BelongedGroupSerializer(many=True))
    def get_groups(self, extension: Extension) -> list[dict[str, Any]]:
        return [
            {"id": row.group_id, "name": row.group.name, "is_manager": row.is_manager}
            for row in extension.memberships.all()
        ]

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField([str(right) for right in Right]))
    )
    def get_rights(self, extension: Extension) -> list[str]:
        places = (
            Membership(row.group_id, row.group.name, row.group.rights, row.is_manager)
            for row in extension.memberships.all()
        )
        return sorted(effective_rights(places))


class ExtensionCreatedSerializer(ExtensionSerializer):
    """As any extension; with `sip_password` where it was generated just now, or the tenant shows them."""

    sip_password = serializers.CharField(read_only=True, required=False)


class ColleagueSerializer(serializers.ModelSerializer[Extension]):
    """What an extension sees of the other members of its groups."""

    class Meta:
        model = Extension
        fields: tuple[str, ...] = ("id", "number", "display_name", "is_enabled")
        read_only_fields = fields


class ManagedColleagueSerializer(ColleagueSerializer):
    """What the manager of a group sees of members it may change."""

    class Meta(ColleagueSerializer.Meta):
        fields = (*ColleagueSerializer.Meta.fields, "ring_timeout_s")
        read_only_fields = fields


class ColleagueChangeSerializer(serializers.ModelSerializer[Extension]):
    """What the manager of a group may change of its members, if the group lets its managers."""

    class Meta:
        model = Extension
        fields = ("display_name", "is_enabled", "ring_timeout_s")

    def validate(self, attributes: dict[str, Any]) -> dict[str, Any]:
        if foreign := self.initial_data.keys() - self.fields.keys():
            raise serializers.ValidationError(
                dict.fromkeys(sorted(foreign), "Managers of a group can't change this."), code="not_allowed"
            )
        return attributes


class WeakPasswordSerializer(serializers.Serializer[Any]):
    """`rule` is what the SIP password breaks, in a sentence; the password itself is not repeated."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    display_name = serializers.CharField()
    rule = serializers.CharField()
