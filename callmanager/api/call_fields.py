"""A running call, as REST shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from callmanager.domain.live_call import LiveCall


class CallSessionSerializer(serializers.Serializer[Any]):
    """`state`: dialling, ringing, talking or held."""

    session_id = serializers.CharField()
    call_id = serializers.CharField()
    direction = serializers.CharField()
    caller = serializers.CharField()
    caller_display_name = serializers.CharField()
    callee = serializers.CharField()
    answered_number = serializers.CharField(help_text="Who is on the callee's side.")
    caller_now = serializers.CharField(
        help_text="Who is on the caller's side since a transfer; empty: the caller."
    )
    is_transferred = serializers.BooleanField(help_text="Somebody else talks than at first.")
    transferring_to = serializers.CharField(help_text="Whom the call is being transferred to; mostly empty.")
    state = serializers.CharField()
    started_at = serializers.SerializerMethodField()
    answered_at = serializers.SerializerMethodField()
    caller_user_agent = serializers.CharField()
    callee_user_agent = serializers.CharField()
    trunk_name = serializers.CharField()
    did = serializers.CharField()
    outbound_trunk_name = serializers.CharField()
    worker = serializers.CharField()
    held_by = serializers.ListField(
        child=serializers.CharField(), help_text="Who holds the call: caller, callee or both."
    )
    recording = serializers.CharField(help_text="`recording`, `paused`, or empty.")
    muted = serializers.ListField(
        child=serializers.CharField(), help_text="Who is not heard by the other one."
    )

    caller_codec = serializers.CharField(
        help_text="Known a few seconds after the answer, as is how it sounds."
    )
    caller_mos = serializers.FloatField(allow_null=True, help_text="Of the last seconds: 1 to 4.5.")
    caller_loss_percent = serializers.FloatField(allow_null=True)
    callee_codec = serializers.CharField()
    callee_mos = serializers.FloatField(allow_null=True)
    callee_loss_percent = serializers.FloatField(allow_null=True)

    park_slot = serializers.CharField(help_text="The parking place; empty: it is not parked.")
    parked_by = serializers.CharField(help_text="The extension that parked it.")
    parked_number = serializers.CharField(help_text="Who waits there.")
    parked_at = serializers.SerializerMethodField()
    monitored = serializers.CharField(help_text="Whose call the caller monitors; empty: it is no monitoring.")
    monitor_mode = serializers.CharField(help_text="silent, whisper or barge.")

    def get_started_at(self, call: LiveCall) -> datetime:
        return datetime.fromtimestamp(call.started_at, UTC)

    def get_parked_at(self, call: LiveCall) -> datetime | None:
        return None if call.parked_at is None else datetime.fromtimestamp(call.parked_at, UTC)

    def get_answered_at(self, call: LiveCall) -> datetime | None:
        return None if call.answered_at is None else datetime.fromtimestamp(call.answered_at, UTC)
