"""Call queues: callers wait for agents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.safestring import SafeString

from callmanager.admin.call_queue_form import SOUND_FIELDS, CallQueueForm
from callmanager.admin.call_queue_people import unwritten_words
from callmanager.admin.lost_calls import LostCallsAdmin
from callmanager.admin.short_words import some_words, sound_words
from callmanager.admin.usage_links import usage_links
from callmanager.models import CallQueue
from callmanager.models.call_queue import QueueSoundUse
from callmanager.selectors.call_queue import (
    call_queue_list,
    call_queue_managers,
    call_queue_members,
    call_queue_unwritten_managers,
    queue_sound_file,
    queue_sound_find,
)
from callmanager.selectors.queue_events import waiting_counts
from callmanager.selectors.usage import call_queue_usage
from callmanager.services.call_queue import call_queue_create, call_queue_delete, call_queue_update
from callmanager.services.call_queue_sound import queue_sound_remove, queue_sound_upload
from tenants.admin.service_admin import ServiceModelAdmin
from tenants.files import file_response


class CallQueueAdmin(LostCallsAdmin, ServiceModelAdmin):
    audit_name = "call_queue"
    words_of = {"members": "member_words", "managers": "manager_words"}
    form = CallQueueForm
    list_display = (
        "number",
        "name",
        "strategy",
        "member_words",
        "managers_shown",
        "sla_words",
        "no_answer_words",
    )
    list_display_links = ("number", "name")
    list_filter = ("strategy",)
    search_fields = ("number", "name")
    list_fullwidth = True
    readonly_fields = (
        *("intro_now", "music_now", "callback_now", "unwritten_now"),
        *("lost_calls", "lost_calls_only"),
    )
    fieldsets = (
        (
            "General",
            {
                "classes": ("tab",),
                "fields": (
                    "number",
                    "name",
                    "outbound_caller_id",
                    "strategy",
                    ("ring_duration_s", "agent_ring_timeout_s"),
                    "skips_busy",
                    "keeps_waiting",
                    "is_ready_automatically",
                ),
            },
        ),
        (
            "Options",
            {
                "classes": ("tab",),
                "description": "If no agent answers: after the ring duration, or at once when nobody is signed in "
                "and callers do not keep waiting.",
                "fields": (
                    ("no_answer_action", "no_answer_target"),
                    "max_wait_s",
                    ("sla_s", "wrap_up_s"),
                    "is_recorded",
                    "intro_now",
                    ("intro_file", "intro_remove"),
                    "is_intro_heard_in_full",
                    "music_now",
                    ("music_file", "music_remove"),
                    "language",
                    ("announces_position", "announces_hold_time"),
                    "announcement_interval_s",
                    "callback_key",
                    "callback_now",
                    ("callback_file", "callback_remove"),
                ),
            },
        ),
        (
            "Agents",
            {
                "classes": ("tab",),
                "description": "Prioritized: in this order. Cyclic: first whoever was not rung for the longest time. "
                "Least worked: first whoever answered the fewest calls of the queue in the last thirty days. A skill "
                "is a number from 1 to 10; 10 is the highest.",
                "fields": ("members", "is_sticky", ("min_skill_level", "skill_relax_s")),
            },
        ),
        (
            "Notifications",
            {
                "classes": ("tab",),
                "description": "Managers get an e-mail when a caller waits longer than the SLA time or is lost. They "
                "are never rung, even if they are agents.",
                "fields": ("managers", "unwritten_now"),
            },
        ),
        (
            "Lost calls",
            {
                "classes": ("tab",),
                "description": "Callers with whom nobody of the queue has talked, the newest first.",
                "fields": ("lost_calls",),
            },
        ),
    )

    @admin.display(description="Agents")
    def member_words(self, queue: CallQueue) -> str:
        return some_words([one.number for one in call_queue_members(queue)], "nobody")

    @admin.display(description="Managers")
    def manager_words(self, queue: CallQueue) -> str:
        return some_words(call_queue_managers(queue), "nobody")

    @admin.display(description="Managers")
    def managers_shown(self, queue: CallQueue) -> str:
        unwritten = call_queue_unwritten_managers(queue)
        managers = call_queue_managers(queue)
        return some_words([f"{one} (no e-mail)" if one in unwritten else one for one in managers], "nobody")

    @admin.display(description="Not told by e-mail")
    def unwritten_now(self, queue: CallQueue) -> SafeString:
        return unwritten_words(queue)

    @admin.display(description="SLA", ordering="sla_s")
    def sla_words(self, queue: CallQueue) -> str:
        return f"{queue.sla_s} s" if queue.sla_s else "none"

    @admin.display(description="If no agent answers")
    def no_answer_words(self, queue: CallQueue) -> str:
        return queue.words

    @admin.display(description="Introduction")
    def intro_now(self, queue: CallQueue) -> SafeString:
        return _heard(queue, QueueSoundUse.INTRO, "none")

    @admin.display(description="Music on hold")
    def music_now(self, queue: CallQueue) -> SafeString:
        return _heard(queue, QueueSoundUse.MUSIC, "the company's own")

    @admin.display(description="Words about the key")
    def callback_now(self, queue: CallQueue) -> SafeString:
        return _heard(queue, QueueSoundUse.CALLBACK, "none")

    def get_urls(self) -> list[URLPattern]:
        sound = path(
            "<int:pk>/sound/<str:use>/",
            self.admin_site.admin_view(self.sound),
            name="callmanager_callqueue_sound",
        )
        return [sound, *super().get_urls()]

    def sound(self, request: HttpRequest, pk: int, use: str) -> HttpResponseBase:
        queue = call_queue_list().filter(pk=pk).first()
        is_known = use in QueueSoundUse.values and self.has_view_permission(request)
        found = queue_sound_find(queue, QueueSoundUse(use)) if queue is not None and is_known else None
        file = queue_sound_file(found) if found is not None else None
        if file is None:
            raise Http404
        return file_response(file)

    def get_ordering(self, request: HttpRequest) -> Any:
        return (Length("number"), "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallQueue]:
        return call_queue_list()

    def get_deleted_objects(
        self, objs: Iterable[CallQueue], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Without a line for every member, and with who still sends calls there."""
        queues = list(objs)
        used = usage_links(call_queue_usage(ids=[queue.pk for queue in queues]))
        waiting = waiting_counts()
        lines = [_farewell(queue, waiting.get(queue.number, 0)) for queue in queues]
        return lines, {"call queues": len(queues)}, set(), list(used)

    def create(self, form: ModelForm[Any]) -> CallQueue:
        made = call_queue_create(**_fields(form))
        _sounds(made, form)
        return made

    def change(self, obj: CallQueue, form: ModelForm[Any]) -> CallQueue:
        stored = call_queue_list().get(pk=obj.pk)
        _sounds(stored, form)
        return call_queue_update(queue=stored, **_fields(form))

    def delete(self, obj: CallQueue) -> None:
        # The page that asked has said how many wait, and where they go.
        call_queue_delete(queue=obj, are_callers_sent_on=True)


def _fields(form: ModelForm[Any]) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name not in SOUND_FIELDS}


def _sounds(queue: CallQueue, form: ModelForm[Any]) -> None:
    for use in QueueSoundUse:
        file = form.cleaned_data[f"{use}_file"]
        found = queue_sound_find(queue, use)
        if file is not None:
            queue_sound_upload(queue=queue, use=use, source=file, size_bytes=file.size, name=file.name)
        elif form.cleaned_data[f"{use}_remove"] and found is not None:
            queue_sound_remove(sound=found)


def _heard(queue: CallQueue, use: QueueSoundUse, otherwise: str) -> SafeString:
    found = queue_sound_find(queue, use)
    address = reverse("admin:callmanager_callqueue_sound", args=[queue.pk, use.value]) if found else ""
    return sound_words(found, address, use.label, otherwise)


def _farewell(queue: CallQueue, waiting: int) -> str:
    if not waiting:
        return f"Call queue {queue}"
    who = "1 caller waits there now and goes" if waiting == 1 else f"{waiting} callers wait there now and go"
    return f"Call queue {queue}: {who} on to “{queue.words}”"
