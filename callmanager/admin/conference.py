"""Conference rooms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import Length
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from callmanager.admin.conference_manage import manage_urls
from callmanager.admin.usage_links import usage_links
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.models import Conference
from callmanager.models.conference import VIDEO_NOTICE
from callmanager.selectors.conference import conference_list, participant_counts
from callmanager.selectors.usage import conference_usage
from callmanager.services.conference import (
    CONFERENCE_FIELDS,
    conference_check,
    conference_create,
    conference_delete,
    conference_update,
)
from tenants.acting import Actor
from tenants.admin.service_admin import ServiceModelAdmin

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Conference]
else:
    _ModelForm = forms.ModelForm

_PINS = ("room_pin", "admin_pin")


def _pin_widget() -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 12})


class ConferenceForm(_ModelForm):
    class Meta:
        model = Conference
        fields = CONFERENCE_FIELDS
        widgets = {name: _pin_widget() for name in _PINS}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self._ask_service(cleaned)
        return cleaned

    def _ask_service(self, cleaned: dict[str, Any]) -> None:
        """Everything that the service would refuse, beside its field."""
        number_before = self.instance.number if self.instance.pk else ""
        try:
            conference_check(room=Conference(**cleaned), number_before=number_before)
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                self.add_error(name, problems)

    def _post_clean(self) -> None:
        """The service has been asked."""


class ConferenceAdmin(ServiceModelAdmin):
    audit_name = "conference"
    form = ConferenceForm
    list_display = (
        "number",
        "subject",
        "mode_words",
        "room_pin_words",
        "admin_pin_words",
        "max_participants",
        "now_words",
    )
    list_before_template = "pbxsite/conferences_now.html"
    change_form_outer_before_template = "pbxsite/conference_manage_link.html"
    list_display_links = ("number", "subject")
    list_filter = ("mode",)
    search_fields = ("number", "subject")
    list_fullwidth = True
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "mode",
                    "number",
                    "subject",
                    _PINS,
                    ("max_participants", "outbound_caller_id"),
                    ("language", "is_prompt_silent"),
                )
            },
        ),
        (
            "Video",
            {
                "description": VIDEO_NOTICE,
                "fields": (("grids", "resolution"), ("bitrate_kbps", "frame_rate")),
            },
        ),
    )

    @admin.display(description="Mode", ordering="mode")
    def mode_words(self, room: Conference) -> str:
        return "Video (serves audio)" if room.notice else "Audio"

    @admin.display(description="Room PIN", ordering="has_room_pin")
    def room_pin_words(self, room: Conference) -> str:
        return "set" if room.has_room_pin else "none"

    @admin.display(description="Admin PIN", ordering="has_admin_pin")
    def admin_pin_words(self, room: Conference) -> str:
        return "set" if room.has_admin_pin else "none"

    @admin.display(description="Now", ordering="inside")
    def now_words(self, room: Conference) -> SafeString:
        """With the way to the page of what goes on there."""
        inside: int | None = getattr(room, "inside", None)
        words = "not known" if inside is None else f"{inside} in" if inside else "nobody"
        return format_html(
            '<a class="td-button" href="{}" data-conference="{}" aria-label="Manage conference {}, {}">'
            '<span class="td-pill{}">{}</span>Manage</a>',
            reverse("admin:callmanager_conference_manage", args=[room.pk]),
            room.number,
            room.number,
            words,
            " td-good" if inside else "",
            words,
        )

    def get_urls(self) -> list[URLPattern]:
        return [*manage_urls(self.admin_site), *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only reads is shown no PINs."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return tuple(
            (title, {**options, "fields": tuple(line for line in options["fields"] if line != _PINS)})
            for title, options in fieldsets
        )

    def get_ordering(self, request: HttpRequest) -> Any:
        return (Length("number"), "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conference]:
        """With how many are in each: known by the workers alone, and read once for all rooms."""
        actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
        tenant = actor.tenant
        try:
            counts = participant_counts(tenant_id=tenant.pk) if tenant is not None else {}
        except LiveCallsUnavailable:
            return conference_list().annotate(inside=Value(None, output_field=IntegerField()))
        inside = [When(number=number, then=Value(count)) for number, count in counts.items()]
        return conference_list().annotate(inside=Case(*inside, default=Value(0), output_field=IntegerField()))

    def get_deleted_objects(
        self, objs: Iterable[Conference], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """With who still sends calls there."""
        rooms = list(objs)
        used = usage_links(conference_usage(ids=[room.pk for room in rooms]))
        return [str(room) for room in rooms], {"conference rooms": len(rooms)}, set(), list(used)

    def create(self, form: ModelForm[Any]) -> Conference:
        return conference_create(**form.cleaned_data)

    def change(self, obj: Conference, form: ModelForm[Any]) -> Conference:
        return conference_update(room=conference_list().get(pk=obj.pk), **form.cleaned_data)

    def delete(self, obj: Conference) -> None:
        conference_delete(room=obj)
