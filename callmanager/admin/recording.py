"""Recordings: a list to search, and each with a player, the facts, and what may be done to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.views import ChangeList

from callmanager.admin.call_words import direction_words, duration_words
from callmanager.admin.recording_player import asked_by_words, player_of, size_words
from callmanager.fleet.models import Cdr, Recording, RecordingState
from callmanager.recording_audit import audit_listening
from callmanager.selectors.call import cdr_list
from callmanager.selectors.recording import (
    SUBJECT,
    may_delete_recordings,
    recording_list_for,
    recording_sound,
)
from callmanager.services.recording import recording_delete
from tenants.acting import Actor
from tenants.admin.service_admin import ServiceModelAdmin
from tenants.capabilities import Verb
from tenants.console_access import needs

STATE_LABELS = {"Stored": "success", "Being stored": "info", "No room": "warning", "Lost": "danger"}
SHORT_STATES = {
    RecordingState.STORED: "Stored",
    RecordingState.PENDING: "Being stored",
    RecordingState.NO_ROOM: "No room",
    RecordingState.LOST: "Lost",
}


class RecordingChangeList(ChangeList):
    """Addresses that nobody guesses."""

    def url_for_result(self, result: Any) -> str:
        return reverse("admin:fleet_recording_change", args=[result.token])


class RecordingAdmin(ServiceModelAdmin):
    audit_name = "recording"
    list_display = (
        "caller_words",
        "callee",
        "session",
        "started",
        "answered",
        "talked",
        "length",
        "state_label",
    )
    list_display_links = ("caller_words", "callee")
    list_filter = (
        ("started_at", RangeDateTimeFilter),
        ("caller", FieldTextFilter),
        ("callee", FieldTextFilter),
        ("state", ChoicesDropdownFilter),
    )
    list_filter_submit = True
    search_fields = ("caller", "caller_name", "callee", "answered_number", "session_id")
    list_per_page = 50
    list_fullwidth = True
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        return recording_list_for(actor=_actor(request)).defer("peaks")

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Recording | None:
        return recording_list_for(actor=_actor(request)).filter(token=object_id).first()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RecordingChangeList]:
        return RecordingChangeList

    def get_urls(self) -> list[URLPattern]:
        sound = self.admin_site.admin_view(require_safe(recording_sound_view))
        return [path("<str:token>/sound/", sound, name="fleet_recording_sound"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_delete_recordings(actor=_actor(request))

    def delete(self, obj: Recording) -> None:
        recording_delete(recording=obj)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        recording = self.get_object(request, object_id)
        if recording is None:
            raise Http404
        sound = reverse("admin:fleet_recording_sound", args=[recording.token])
        context = {
            **self.admin_site.each_context(request),
            "title": f"{recording.caller} → {recording.callee}",
            "opts": self.opts,
            "recording": recording,
            "player": player_of(recording, sound),
            "state_words": SHORT_STATES[RecordingState(recording.state)],
            "facts": _facts(recording),
            "call_url": _call_url(request, recording),
            "download_url": f"{sound}?{urlencode({'download': 1})}",
            "delete_url": reverse("admin:fleet_recording_delete", args=[recording.token]),
            "may_delete": self.has_delete_permission(request, recording),
        }
        return render(request, "pbxsite/recording_detail.html", context)

    @admin.display(description="Caller", ordering="caller")
    def caller_words(self, recording: Recording) -> str:
        return " ".join(part for part in (recording.caller, recording.caller_name) if part)

    @admin.display(description="Session ID", ordering="session_id")
    def session(self, recording: Recording) -> str:
        return recording.session_id

    @admin.display(description="Started on", ordering="call_started_at")
    def started(self, recording: Recording) -> str:
        return _moment(recording.call_started_at)

    @admin.display(description="Answered on", ordering="answered_at")
    def answered(self, recording: Recording) -> str:
        return _moment(recording.answered_at)

    @admin.display(description="Talk duration", ordering="talk_duration_ms")
    def talked(self, recording: Recording) -> str:
        return duration_words(recording.talk_duration_ms)

    @admin.display(description="Recorded", ordering="duration_s")
    def length(self, recording: Recording) -> str:
        return duration_words(round(recording.duration_s * 1000)) if recording.is_stored else "–"

    @display(description="State", label=STATE_LABELS, ordering="state")  # type: ignore[untyped-decorator, unused-ignore]
    def state_label(self, recording: Recording) -> str:
        return SHORT_STATES[RecordingState(recording.state)]


@needs(SUBJECT, Verb.VIEW)
def recording_sound_view(request: HttpRequest, token: str) -> FileResponse:
    """Played or, with `download`, saved."""
    recording = recording_list_for(actor=_actor(request)).filter(token=token).first()
    if recording is None:
        raise Http404
    return answer_sound(request, recording)


def answer_sound(request: HttpRequest, recording: Recording) -> FileResponse:
    wanted, is_download = request.headers.get("Range", ""), "download" in request.GET
    response = recording_sound(recording=recording, wanted_range=wanted, is_download=is_download)
    if response is None:
        raise Http404
    audit_listening(request, recording, wanted_range=wanted, is_download=is_download)
    return response


def _facts(recording: Recording) -> list[tuple[str, str]]:
    way = direction_words(recording.direction, recording.trunk_name, recording.outbound_trunk_name)
    return [
        ("Caller", recording.caller),
        ("Dialled", recording.callee),
        ("Answered by", recording.answered_number or "–"),
        ("Direction", way),
        ("Call started", _moment(recording.call_started_at)),
        ("Call answered", _moment(recording.answered_at)),
        ("Talked", duration_words(recording.talk_duration_ms)),
        ("Recorded from", _moment(recording.started_at)),
        ("Recorded because of", asked_by_words(recording)),
        ("Tracks", "Caller left, callee right" if recording.tracks == 2 else "One, both voices on it"),
        ("Pauses", str(len(recording.pauses)) if recording.pauses else "None"),
        ("Size", size_words(recording.size_bytes)),
        ("Session", recording.session_id),
    ]


def _call_url(request: HttpRequest, recording: Recording) -> str:
    if not _actor(request).may("fleet.cdr", Verb.VIEW):
        return ""
    cdr: Cdr | None = cdr_list().filter(session_id=recording.session_id).first()
    return reverse("admin:fleet_cdr_change", args=[cdr.pk]) if cdr is not None else ""


def _moment(at: Any) -> str:
    return formats.date_format(timezone.localtime(at), "j M Y, H:i:s") if at else "–"


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    return actor
