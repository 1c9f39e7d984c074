"""Extensions: who has a number, what the phone registers with, who signs in for it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Value
from django.db.models.functions import LPad
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from callmanager.admin.click_to_call import CallableAdmin
from callmanager.admin.extension_form import ExceptionFormSet, ExceptionInline, ExtensionForm
from callmanager.admin.extension_forwarding import ExtensionForwardingAdmin
from callmanager.admin.extension_mailbox import ExtensionMailboxAdmin
from callmanager.admin.extension_person import ExtensionPersonAdmin
from callmanager.admin.extension_table import ExtensionTableAdmin
from callmanager.admin.week_grid import GRID, ShownWeek
from callmanager.domain.rights import Membership, Right, groups_granting
from callmanager.domain.week_hours import WEEKDAYS
from callmanager.models import Extension
from callmanager.selectors.extension import extension_list_whole, weak_password_list
from callmanager.selectors.extension_group import extension_group_list, membership_list
from callmanager.selectors.fleet import extension_list_with_contacts
from callmanager.services.extension import extension_create, extension_delete, extension_update
from tenants.acting import Actor
from tenants.admin.read_once import read_once
from tenants.admin.service_admin import ServiceModelAdmin
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs

_NEW = {"belonged_groups": "groups"}
_FROM_GROUPS = "What is allowed follows from the groups, taken together, and is changed there."


def _later(title: str, what: str) -> tuple[str, dict[str, Any]]:
    """A tab people look for, whose part of the system is still to come."""
    return (title, {"classes": ("tab",), "description": what, "fields": ()})


class ExtensionAdmin(
    CallableAdmin,
    ExtensionTableAdmin,
    ExtensionForwardingAdmin,
    ExtensionMailboxAdmin,
    ExtensionPersonAdmin,
    ShownWeek,
    ServiceModelAdmin,
):
    audit_name = "extension"
    form = ExtensionForm
    inlines = (ExceptionInline,)
    list_display = ("shown_number", "display_name", "email", "state", "phones")
    list_display_links = ("shown_number", "display_name")
    list_filter = (
        "is_enabled",
        "is_audio_recorded",
        ("gender", ChoicesDropdownFilter),
        "memberships__group",
    )
    search_fields = ("number", "display_name", "first_name", "last_name", "email", "mobile", "did")
    list_fullwidth = True
    list_per_page = 50
    change_list_template = "pbxsite/extension_list.html"
    readonly_fields = (
        "may_page",
        "may_call_external",
        "may_use_console",
        "belonged_groups",
        "balance",
        "profile_page",
        "forwarding_page",
        "mailbox_link",
    )
    fieldsets = (
        (
            "General",
            {
                "classes": ("tab",),
                "fields": (
                    "number",
                    "sip_password",
                    "web_password",
                    ("first_name", "last_name"),
                    "display_name",
                    "gender",
                    "email",
                    "mobile",
                    "did",
                ),
            },
        ),
        (
            "Voicemail",
            {
                "classes": ("tab",),
                "description": "The mailbox has a page of its own: its PIN, its greetings and the messages.",
                "fields": ("mailbox_link",),
            },
        ),
        ("Forwarding rules", {"classes": ("tab",), "fields": ("status", "forwarding_page")}),
        (
            "Options",
            {
                "classes": ("tab",),
                "description": _FROM_GROUPS,
                "fields": (
                    "is_enabled",
                    "ring_timeout_s",
                    "is_decline_final",
                    "outbound_caller_id",
                    "emergency_caller_id",
                    "may_set_caller_id",
                    "max_external_calls",
                    "max_external_minutes_per_day",
                    "is_audio_recorded",
                    "is_video_recorded",
                    "may_page",
                    "may_call_external",
                    "may_use_console",
                    "belonged_groups",
                ),
            },
        ),
        (
            "Office hours",
            {
                "classes": ("tab",),
                "description": "Exceptions and forwarding rules ask whether it is an office hour." + GRID,
                "fields": ("has_own_hours", *WEEKDAYS, "time_zone"),
            },
        ),
        _later("Phone provisioning", "Phones of this extension are set up here once provisioning is built."),
        _later("BLF", "The lamps and keys of its phones are set here once provisioning is built."),
        ("Billing", {"classes": ("tab",), "fields": ("balance",)}),
        ("Profile", {"classes": ("tab",), "fields": ("profile_page",)}),
    )

    # 99 before 101: shorter numbers first, then by digits.
    @admin.display(description="Number", ordering=LPad("number", 20, Value("0")))
    def shown_number(self, extension: Extension) -> str:
        return extension.number

    @display(description="State", label={"Enabled": "success", "Disabled": "danger"}, ordering="is_enabled")  # type: ignore[untyped-decorator, unused-ignore]
    def state(self, extension: Extension) -> str:
        return "Enabled" if extension.is_enabled else "Disabled"

    @display(description="Phones", label={"Not registered": "", "Registered": "success"})  # type: ignore[untyped-decorator, unused-ignore]
    def phones(self, extension: Any) -> tuple[str, str]:
        count = extension.contact_count
        if not count:
            return "Not registered", "Not registered"
        return "Registered", "Registered" if count == 1 else f"{count} phones"

    @admin.display(description="Allow paging and intercom")
    def may_page(self, extension: Extension) -> str:
        return self._granted(extension, Right.PAGE)

    @admin.display(description="Allow external calls")
    def may_call_external(self, extension: Extension) -> str:
        return self._granted(extension, Right.CALL_EXTERNAL)

    @admin.display(description="Allow access to the management console")
    def may_use_console(self, extension: Extension) -> str:
        return self._granted(extension, Right.USE_CONSOLE)

    @admin.display(description="Belonged groups")
    def belonged_groups(self, extension: Extension) -> str:
        return ", ".join(place.group_name for place in self._places(extension)) or "DEFAULT, once it is saved"

    def _granted(self, extension: Extension, right: Right) -> str:
        groups = groups_granting(self._places(extension), right)
        return f"Yes, by {', '.join(groups)}" if groups else "No"

    def _places(self, extension: Extension) -> tuple[Membership, ...]:
        if not extension.pk:
            return ()
        return read_once(extension, "groups", lambda: membership_list(number=extension.number))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extension]:
        return extension_list_with_contacts()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
        is_shown = actor.tenant is not None and actor.tenant.is_sip_password_shown
        return type(form.__name__, (form,), {"is_sip_password_shown": is_shown})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Groups are chosen for a new extension; later they are changed in the groups."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        return tuple(
            (title, {**options, "fields": tuple(_NEW.get(str(one), one) for one in options["fields"])})
            for title, options in fieldsets
        )

    def get_urls(self) -> list[URLPattern]:
        weak = needs("callmanager.weakpassword", Verb.VIEW)(require_safe(self.weak_passwords_view))
        return [
            path("weak-passwords/", self.admin_site.admin_view(weak), name="extension_weak_passwords"),
            *self.table_urls(),
            *self.mailbox_urls(),
            *self.person_urls(),
            *self.forwarding_urls(),
            *super().get_urls(),
        ]

    def weak_passwords_view(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Weak SIP passwords",
            "opts": self.opts,
            "weak": weak_password_list(),
        }
        return render(request, "pbxsite/weak_passwords.html", context)

    def create(self, form: ModelForm[Any]) -> Extension:
        fields = dict(_of(form).cleaned_data)
        for weekday in WEEKDAYS:
            fields.pop(weekday)
        groups = extension_group_list().filter(pk__in=fields.pop("groups"))
        return extension_create(
            web_password=fields.pop("web_password") or None, groups=list(groups), **fields
        )

    def change(self, obj: Extension, form: ModelForm[Any]) -> Extension:
        return extension_update(extension=Extension.objects.get(pk=obj.pk), **_of(form).changes())

    def delete(self, obj: Extension) -> None:
        extension_delete(extension=obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:
            if isinstance(formset, ExceptionFormSet) and formset.has_changed():
                extension = extension_list_whole().get(pk=form.instance.pk)
                extension_update(extension=extension, exceptions=formset.wanted())
                audit_request(request, action="extension.update", target=extension)


def _of(form: ModelForm[Any]) -> ExtensionForm:
    if not isinstance(form, ExtensionForm):
        raise TypeError(form)
    return form
