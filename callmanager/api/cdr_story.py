"""One call record in full, by REST: its events, what they mean, the ladder, and how it sounded over its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from callmanager.domain.call_course import call_course, public_data
from callmanager.domain.call_events import CallEvent
from callmanager.domain.ladder import Tone, draw_ladder
from callmanager.domain.quality_chart import read_samples
from callmanager.fleet.models import Cdr
from callmanager.selectors.call import call_event_list, related_cdr_list


class CdrEventSerializer(serializers.Serializer[Any]):
    """As the worker told it; what would open a door is left out of `data`."""

    sequence = serializers.IntegerField()
    kind = serializers.CharField()
    at = serializers.FloatField(help_text="Unix seconds.")
    data = serializers.DictField()  # type: ignore[assignment] # a field's name, not the form's data


class MomentDetailSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment] # a field's name
    value = serializers.CharField()


class MomentSerializer(serializers.Serializer[Any]):
    session_id = serializers.CharField(help_text="Which call: calls that became one are told as one.")
    sequence = serializers.IntegerField()
    at = serializers.FloatField()
    offset_s = serializers.FloatField(help_text="Since the call began.")
    kind = serializers.CharField()
    text = serializers.CharField(help_text="A sentence.")
    details = MomentDetailSerializer(many=True)


class LadderLaneSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    subtitle = serializers.CharField(allow_blank=True)


class LadderArrowSerializer(serializers.Serializer[Any]):
    """From one lane to another, by their places in `lanes`; `sequence` is that of its event."""

    sequence = serializers.IntegerField()
    sender = serializers.IntegerField()
    receiver = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment] # a field's name
    tone = serializers.ChoiceField(choices=[tone.value for tone in Tone])
    offset_s = serializers.FloatField()


class LadderSerializer(serializers.Serializer[Any]):
    lanes = LadderLaneSerializer(many=True)
    arrows = LadderArrowSerializer(many=True)


class QualitySampleSerializer(serializers.Serializer[Any]):
    """Of the time since the sample before; `mos` is null where nothing was received."""

    offset_s = serializers.FloatField()
    mos = serializers.FloatField(allow_null=True)
    loss_percent = serializers.FloatField()
    jitter_ms = serializers.FloatField()
    round_trip_ms = serializers.FloatField()


class QualityOverTimeSerializer(serializers.Serializer[Any]):
    caller = QualitySampleSerializer(many=True)
    callee = QualitySampleSerializer(many=True)


class RelatedCallSerializer(serializers.Serializer[Any]):
    """A call that somebody came from into this one, or left this one for: the ladder shows both."""

    id = serializers.IntegerField()
    session_id = serializers.CharField()
    call_id = serializers.CharField()
    caller = serializers.CharField()
    callee = serializers.CharField()
    started_at = serializers.DateTimeField()


class CdrStorySerializer(serializers.Serializer[Any]):
    """Empty when the single events of the call are no longer kept."""

    events = CdrEventSerializer(many=True)
    course = MomentSerializer(many=True)
    ladder = LadderSerializer()
    related = RelatedCallSerializer(many=True)
    quality = QualityOverTimeSerializer()


class CdrStoryField(serializers.Field[Any, Any, Any, Any]):
    """Read when it is shown: of one record, never of a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Cdr) -> Any:
        events = [stored.to_event() for stored in call_event_list(cdr=value)]
        visible = self.context["view"].get_queryset() if "view" in self.context else Cdr.objects.none()
        related = related_cdr_list(cdr=value, events=events, visible=visible)
        others = [stored.to_event() for one in related for stored in call_event_list(cdr=one)]
        return CdrStorySerializer(_story(value.session_id, events, others, related)).data


StoryField = extend_schema_field(CdrStorySerializer)(CdrStoryField)


def _story(
    session_id: str, events: Sequence[CallEvent], others: Sequence[CallEvent], related: Sequence[Cdr]
) -> dict[str, Any]:
    end: Mapping[str, object] = events[-1].data if events else {}
    return {
        "events": [
            {"sequence": one.sequence, "kind": one.kind.value, "at": one.at, "data": public_data(one.data)}
            for one in events
        ],
        "course": [moment.document for moment in call_course([*events, *others])],
        "ladder": _ladder([*events, *others], session_id),
        "related": related,
        "quality": {
            side: [asdict(sample) for sample in read_samples(end.get(f"{side}_quality"))]
            for side in ("caller", "callee")
        },
    }


def _ladder(events: Sequence[CallEvent], session_id: str) -> dict[str, Any]:
    if not events:
        return {"lanes": [], "arrows": []}
    drawn = draw_ladder(events, session_id)
    places = {lane.x: place for place, lane in enumerate(drawn.lanes)}
    return {
        "lanes": [{"title": lane.title, "subtitle": lane.subtitle} for lane in drawn.lanes],
        "arrows": [
            {
                "sequence": arrow.sequence,
                "sender": places[arrow.x1],
                "receiver": places[arrow.x2],
                "label": arrow.label,
                "tone": arrow.tone.value,
                "offset_s": round(arrow.offset_s, 3),
            }
            for arrow in drawn.arrows
        ],
    }
