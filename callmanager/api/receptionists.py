"""Virtual receptionists: menus that callers choose from, and what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length, Lower
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.office_hours import WeekField
from callmanager.api.receptionist_actions import ActionsField
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.domain.receptionist import MAX_OPTIONS, Choice, Menu, MenuOption
from callmanager.models import Receptionist, ReceptionistPrompt
from callmanager.models.destination import ACTIONS
from callmanager.models.mailbox import PIN
from callmanager.models.receptionist import PromptUse
from callmanager.selectors.receptionist import menu_of, prompt_file, prompt_find, receptionist_list
from callmanager.services.receptionist import (
    RECEPTIONIST_FIELDS,
    receptionist_create,
    receptionist_delete,
    receptionist_update,
)
from callmanager.services.receptionist_prompt import prompt_remove, prompt_speak, prompt_upload
from callmanager.speech import SAID_MAX
from tenants.api.access import tenant_of
from tenants.api.serviced import ServicedViewSet
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.files import file_response
from tenants.scoped_models import ScopedQuerySet

REPEAT_PROMPT = "repeat_prompt"
CHOICES = [*ACTIONS, (REPEAT_PROMPT, "Repeat the prompt")]


class MenuChoiceSerializer(serializers.Serializer[Any]):
    """Where a choice leads; `target` as in every destination, nothing for `end_call` and `repeat_prompt`."""

    kind = serializers.ChoiceField(choices=CHOICES)
    target = serializers.CharField(required=False, allow_blank=True, default="", max_length=MAX_DIALLED)


class MenuOptionSerializer(MenuChoiceSerializer):
    """`keys`: up to 8 of 0 to 9, `*` and `X` (any digit); with `#` behind it waits 3 seconds for a longer number.
    `F` alone: a fax machine calls."""

    keys = serializers.CharField(max_length=20)


class MenuSerializer(serializers.Serializer[Any]):
    """`on_timeout`: nothing was pressed in time; `on_failed`: what was pressed is unknown, or nobody took the call."""

    options = MenuOptionSerializer(many=True, required=False, default=list)
    on_timeout = MenuChoiceSerializer(required=False)
    on_failed = MenuChoiceSerializer(required=False)


@extend_schema_field(MenuSerializer)
class MenuField(serializers.Field[Any, Any, Any, Any]):
    """Written as a whole: what is left out is as in a new one."""

    def to_internal_value(self, data: Any) -> Menu:
        options = data.get("options") if isinstance(data, dict) else None
        if isinstance(options, list) and len(options) > MAX_OPTIONS:
            raise serializers.ValidationError(f"At most {MAX_OPTIONS} options.", code="max_length")
        form = MenuSerializer(data=data)
        form.is_valid(raise_exception=True)
        given, standard = form.validated_data, Menu()
        return Menu(
            tuple(MenuOption(row["keys"], _choice(row)) for row in given["options"]),
            _choice(given["on_timeout"]) if "on_timeout" in given else standard.on_timeout,
            _choice(given["on_failed"]) if "on_failed" in given else standard.on_failed,
        )

    def to_representation(self, value: Menu) -> dict[str, Any]:
        return {
            "options": [{"keys": one.keys, **_shown(one.choice)} for one in value.options],
            "on_timeout": _shown(value.on_timeout),
            "on_failed": _shown(value.on_failed),
        }


class PromptSerializer(serializers.ModelSerializer[ReceptionistPrompt]):
    """`said` is the text of a spoken one."""

    class Meta:
        model = ReceptionistPrompt
        fields = ("use", "name", "said", "length_s", "created_at")
        read_only_fields = fields


class PromptUploadSerializer(serializers.Serializer[Any]):
    """A WAV file of any usual kind, as multipart/form-data; 20 MB and 5 minutes at most."""

    file = serializers.FileField()


class PromptTextSerializer(serializers.Serializer[Any]):
    """Spoken by the system's voice in the receptionist's language."""

    text = serializers.CharField(max_length=SAID_MAX)


class ReceptionistSerializer(serializers.ModelSerializer[Receptionist]):
    """`closed_menu` holds outside of office hours and on holidays, while `has_closed_menu`; of its own hours (`week`)
    with `has_own_hours`, else of the company's. `input_mode` says when digits are looked up as an extension's number:
    as soon as one matches, after `digits` of them, or when the caller hits `#`. A caller who chooses nothing hears the
    prompt `max_repeats` times more. `actions` are Action URLs, which go before the menu. Who knows
    `recording_pin` records the prompts by telephone; it is written and never read."""

    menu = MenuField(required=False)
    closed_menu = MenuField(required=False)
    actions = ActionsField(required=False)
    week = WeekField(required=False)
    prompts = PromptSerializer(many=True, read_only=True)
    recording_pin = serializers.CharField(
        max_length=12, required=False, allow_blank=True, write_only=True, validators=[PIN]
    )
    has_recording_pin = serializers.SerializerMethodField()

    class Meta:
        model = Receptionist
        fields = (
            *("id", *RECEPTIONIST_FIELDS, "menu", "closed_menu", "actions", "prompts"),
            *("recording_pin", "has_recording_pin", "created_at", "updated_at"),
        )
        read_only_fields = ("id", "created_at", "updated_at")
        # What the service refuses, it refuses with everything else that is wrong.
        extra_kwargs: ClassVar[Mapping[str, Any]] = {"number": {"validators": []}}

    def get_has_recording_pin(self, receptionist: Receptionist) -> bool:
        return bool(receptionist.recording_pin)

    def to_representation(self, instance: Receptionist) -> dict[str, Any]:
        instance.__dict__["menu"] = menu_of(instance, is_closed=False)
        instance.__dict__["closed_menu"] = menu_of(instance, is_closed=True)
        return dict(super().to_representation(instance))


class ReceptionistFilter(django_filters.FilterSet):
    number = django_filters.CharFilter()


PROMPT_USE = OpenApiParameter("use", str, OpenApiParameter.PATH, enum=PromptUse.values)


class ReceptionistViewSet(ServicedViewSet):
    audit_name = "receptionist"
    verbs = {"prompt_put": Verb.CHANGE, "prompt_delete": Verb.CHANGE, "prompt_speak": Verb.CHANGE}
    serializer_class = ReceptionistSerializer
    queryset = ScopedQuerySet(Receptionist)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "number": (Length("number"), "number"),
        "name": (Lower("name"),),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields = ("number", "name")
    filterset_class = ReceptionistFilter

    def get_queryset(self) -> QuerySet[Receptionist]:
        tenant_of(self.request)
        return receptionist_list()

    def make(self, fields: dict[str, Any]) -> Receptionist:
        return receptionist_create(**fields)

    def change(self, row: Receptionist, changes: dict[str, Any], *, is_partial: bool) -> Receptionist:
        return receptionist_update(receptionist=row, **changes)

    def remove(self, row: Receptionist) -> None:
        receptionist_delete(receptionist=row)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """409 `in_use` while rules, forwarding, groups or other receptionists send calls to it."""
        return super().destroy(request, pk)

    @extend_schema(parameters=[PROMPT_USE], responses={(200, "audio/wav"): OpenApiTypes.BINARY})
    @action(detail=True, url_path=r"prompts/(?P<use>[a-z0-9]{1,20})", parser_classes=[MultiPartParser])
    def prompt(self, request: Request, pk: str, use: str) -> FileResponse:
        """404 where what comes with the system is played."""
        found = prompt_find(self.get_object(), _use(use))
        file = prompt_file(found) if found is not None else None
        if file is None:
            raise Http404
        return file_response(file)

    @extend_schema(parameters=[PROMPT_USE], request=PromptUploadSerializer, responses=PromptSerializer)
    @prompt.mapping.put
    def prompt_put(self, request: Request, pk: str, use: str) -> Response:
        receptionist = self.get_object()
        form = PromptUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["file"]
        with transaction.atomic():
            made = prompt_upload(
                receptionist=receptionist,
                use=_use(use),
                source=file,
                size_bytes=file.size,
                name=file.name,
            )
            audit_request(request._request, action="receptionist.update", target=receptionist)
        return Response(PromptSerializer(made).data)

    @extend_schema(parameters=[PROMPT_USE], responses={204: None})
    @prompt.mapping.delete
    def prompt_delete(self, request: Request, pk: str, use: str) -> Response:
        """What comes with the system is played again."""
        receptionist = self.get_object()
        found = prompt_find(receptionist, _use(use))
        if found is None:
            raise Http404
        with transaction.atomic():
            prompt_remove(prompt=found)
            audit_request(request._request, action="receptionist.update", target=receptionist)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[PROMPT_USE], request=PromptTextSerializer, responses=PromptSerializer)
    @action(detail=True, methods=["post"], url_path=r"prompts/(?P<use>[a-z0-9]{1,20})/speak")
    def prompt_speak(self, request: Request, pk: str, use: str) -> Response:
        """Makes the prompt of a text."""
        receptionist = self.get_object()
        form = PromptTextSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            made = prompt_speak(receptionist=receptionist, use=_use(use), text=form.validated_data["text"])
            audit_request(request._request, action="receptionist.update", target=receptionist)
        return Response(PromptSerializer(made).data)


def _use(text: str) -> PromptUse:
    if text not in PromptUse.values:
        raise Http404
    return PromptUse(text)


def _choice(row: dict[str, Any]) -> Choice:
    if row["kind"] == REPEAT_PROMPT:
        return Choice()
    return Choice(Destination(DestinationKind(row["kind"]), row["target"]))


def _shown(choice: Choice) -> dict[str, str]:
    found = choice.destination
    if found is None:
        return {"kind": REPEAT_PROMPT, "target": ""}
    return {"kind": found.kind.value, "target": found.target}
