"""Virtual receptionists: the menu, what callers hear, and a picture of where the keys lead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.safestring import SafeString

from callmanager.admin.receptionist_form import PIN_FIELDS, PROMPT_FIELDS, ReceptionistForm
from callmanager.admin.short_words import sound_words
from callmanager.admin.usage_links import usage_links
from callmanager.admin.week_grid import GRID
from callmanager.domain.menu_flow import menu_flow
from callmanager.domain.week_hours import WEEKDAYS
from callmanager.models import Receptionist
from callmanager.models.receptionist import PromptUse
from callmanager.selectors.receptionist import (
    menu_of,
    prompt_file,
    prompt_find,
    receptionist_entries,
    receptionist_list,
)
from callmanager.selectors.usage import receptionist_usage
from callmanager.services.receptionist import receptionist_create, receptionist_delete, receptionist_update
from callmanager.services.receptionist_prompt import prompt_remove, prompt_speak, prompt_upload
from tenants.admin.service_admin import ServiceModelAdmin
from tenants.capabilities import Verb
from tenants.files import file_response


class ReceptionistAdmin(ServiceModelAdmin):
    audit_name = "receptionist"
    form = ReceptionistForm
    list_display = ("number", "name", "option_words", "language", "hours_words")
    list_display_links = ("number", "name")
    list_filter = ("language",)
    search_fields = ("number", "name")
    list_fullwidth = True
    change_form_outer_before_template = "pbxsite/receptionist_flow.html"
    readonly_fields = ("pin_now", "menu_now", "closed_now", "transfer_now")
    fieldsets = (
        (None, {"fields": ("number", "name", "language")}),
        (
            "Prompt",
            {
                "description": "A WAV file, or a text that the system's voice speaks. Without either, a common "
                "prompt is played.",
                "fields": (
                    "menu_now",
                    ("menu_file", "menu_text", "menu_remove"),
                    ("pin_now", "recording_pin", "forgets_pin"),
                ),
            },
        ),
        (
            "Menu options",
            {
                "description": "Keys are 0 to 9 and *, one or several; X is any digit. With # behind it (1#) an option "
                "waits 3 seconds, so that an extension that begins like it can be dialled. "
                "F is a fax machine that calls. Calling failed: what was "
                "pressed is unknown, or nobody took the call.",
                "fields": ("menu",),
            },
        ),
        (
            "User input",
            {
                "fields": (
                    "takes_numbers",
                    ("input_mode", "digits"),
                    ("digit_gap_s", "input_timeout_s", "max_repeats"),
                )
            },
        ),
        (
            "Action URL",
            {
                "description": "A server of yours that says what becomes of the call, asked when the caller presses a "
                "number of the match list, or is one. Goes before the menu. With a number instead of a URL that is "
                "called. “Calling failed” follows where there is no good answer.",
                "fields": ("actions",),
            },
        ),
        (
            "The prompt when the call is transferring",
            {"fields": ("transfer_now", ("transfer_file", "transfer_text", "transfer_remove"))},
        ),
        (
            "Outside of office hours",
            {
                "fields": (
                    "has_closed_menu",
                    "closed_now",
                    ("closed_file", "closed_text", "closed_remove"),
                    "closed_menu",
                )
            },
        ),
        (
            "Office hours",
            {
                "description": "The company's, unless this receptionist has hours of its own." + GRID,
                "fields": ("has_own_hours", *WEEKDAYS),
            },
        ),
    )

    @admin.display(description="Options")
    def option_words(self, receptionist: Receptionist) -> str:
        keys = [option.keys for option in menu_of(receptionist, is_closed=False).options]
        return ", ".join(keys[:10]) + (" …" if len(keys) > 10 else "") if keys else "none"

    @admin.display(description="Office hours")
    def hours_words(self, receptionist: Receptionist) -> str:
        if not receptionist.has_closed_menu:
            return "the same menu always"
        return "its own" if receptionist.has_own_hours else "the company's"

    @admin.display(description="Recording by telephone")
    def pin_now(self, receptionist: Receptionist) -> str:
        if not receptionist.recording_pin:
            return "needs a PIN"
        return f"dial the code of “Record a receptionist's prompt”, such as *56*{receptionist.number}"

    @admin.display(description="Now")
    def menu_now(self, receptionist: Receptionist) -> str:
        return _heard(receptionist, PromptUse.MENU)

    @admin.display(description="Now")
    def closed_now(self, receptionist: Receptionist) -> str:
        return _heard(receptionist, PromptUse.CLOSED)

    @admin.display(description="Now")
    def transfer_now(self, receptionist: Receptionist) -> str:
        return _heard(receptionist, PromptUse.TRANSFER, otherwise="nothing")

    def get_urls(self) -> list[URLPattern]:
        sound = path(
            "<int:pk>/prompt/<str:use>/",
            self.admin_site.admin_view(self.prompt_sound),
            name="callmanager_receptionist_prompt",
        )
        return [sound, *super().get_urls()]

    def prompt_sound(self, request: HttpRequest, pk: int, use: str) -> HttpResponseBase:
        receptionist = receptionist_list().filter(pk=pk).first()
        is_known = use in PromptUse.values and self.has_view_permission(request)
        found = prompt_find(receptionist, PromptUse(use)) if receptionist is not None and is_known else None
        file = prompt_file(found) if found is not None else None
        if file is None:
            raise Http404
        return file_response(file)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = dict(extra_context or {})
        actor = request.actor  # type: ignore[attr-defined] # the tenant site has no other requests
        is_shown = request.method == "GET" and actor.may("callmanager.receptionist", Verb.VIEW)
        if is_shown and object_id.isascii() and object_id.isdigit():
            extra["flows"] = _flows(int(object_id))
        response: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return response

    def get_ordering(self, request: HttpRequest) -> Any:
        return (Length("number"), "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receptionist]:
        return receptionist_list()

    def get_deleted_objects(
        self, objs: Iterable[Receptionist], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Without a line for every option, and with who still sends calls there."""
        found = list(objs)
        used = usage_links(receptionist_usage(ids=[one.pk for one in found]))
        lines = [f"Virtual receptionist {one}" for one in found]
        return lines, {"virtual receptionists": len(found)}, set(), list(used)

    def create(self, form: ModelForm[Any]) -> Receptionist:
        made = receptionist_create(**_fields(form))
        _prompts(made, form)
        return made

    def change(self, obj: Receptionist, form: ModelForm[Any]) -> Receptionist:
        stored = receptionist_list().get(pk=obj.pk)
        _prompts(stored, form)
        return receptionist_update(receptionist=stored, **_fields(form))

    def delete(self, obj: Receptionist) -> None:
        receptionist_delete(receptionist=obj)


def _fields(form: ModelForm[Any]) -> dict[str, Any]:
    data = form.cleaned_data
    fields = {name: value for name, value in data.items() if name not in PROMPT_FIELDS | PIN_FIELDS}
    if data["forgets_pin"] or data["recording_pin"]:
        fields["recording_pin"] = "" if data["forgets_pin"] else data["recording_pin"]
    return fields


def _prompts(receptionist: Receptionist, form: ModelForm[Any]) -> None:
    for use in PromptUse:
        file, text = form.cleaned_data[f"{use}_file"], form.cleaned_data[f"{use}_text"]
        found = prompt_find(receptionist, use)
        if file is not None:
            prompt_upload(
                receptionist=receptionist, use=use, source=file, size_bytes=file.size, name=file.name
            )
        elif text and (found is None or found.said != text):
            prompt_speak(receptionist=receptionist, use=use, text=text)
        elif form.cleaned_data[f"{use}_remove"] and found is not None:
            prompt_remove(prompt=found)


def _heard(
    receptionist: Receptionist, use: PromptUse, otherwise: str = "the system's own prompt"
) -> SafeString:
    found = prompt_find(receptionist, use) if receptionist.pk else None
    address = (
        reverse("admin:callmanager_receptionist_prompt", args=[receptionist.pk, use.value]) if found else ""
    )
    return sound_words(found, address, PromptUse(use).label, otherwise)


def _flows(pk: int) -> list[tuple[str, Any]]:
    receptionist = Receptionist.objects.filter(pk=pk).first()
    if receptionist is None:
        return []
    desks = receptionist_entries()
    titles = [("Where the keys lead", False)]
    if receptionist.has_closed_menu:
        titles = [("In office hours", False), ("Outside of office hours", True)]
    return [
        (title, menu_flow(desks, receptionist.number, is_closed=is_closed)) for title, is_closed in titles
    ]
