"""The pages that choose who is in a group and who monitors: searched and paged, so that thousands fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from callmanager.models import Extension, ExtensionGroup
from callmanager.selectors.dial_codes import dial_code_settings_get
from callmanager.selectors.extension import extension_list
from callmanager.selectors.extension_group import (
    extension_group_list,
    extension_list_not_monitoring,
    extension_list_outside,
    group_member_list,
    group_monitor_list,
)
from callmanager.services.extension_group import (
    extension_group_update,
    group_members_add,
    group_members_remove,
    group_monitors_add,
    group_monitors_remove,
)
from tenants.audit_trail import audit_request, audit_request_failed

PAGE_SIZE = 50
INSIDE, OUTSIDE = "in", "add"

Change = Callable[[ExtensionGroup, QuerySet[Extension]], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """One button: what it says, what it does, and what is said afterwards of so many extensions."""

    label: str
    audit_verb: str
    done: str
    change: Change
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class PeopleTab:
    slug: str
    title: str
    lead: str
    empty: str
    inside: Callable[..., QuerySet[Any]]
    outside: Callable[..., QuerySet[Extension]]
    choices_inside: Mapping[str, Choice]
    choices_outside: Mapping[str, Choice]


MEMBERS = PeopleTab(
    slug="members",
    title="Members",
    lead="Members have the rights of this group. Managers see the members and their calls, whatever the "
    "members may.",
    empty="Nobody is in this group yet.",
    inside=group_member_list,
    outside=extension_list_outside,
    choices_inside={
        "promote": Choice(
            "Make manager",
            "add_members",
            "made managers",
            lambda group, chosen: group_members_add(group=group, extensions=chosen, is_manager=True),
        ),
        "demote": Choice(
            "Make ordinary member",
            "add_members",
            "made ordinary members",
            lambda group, chosen: group_members_add(group=group, extensions=chosen, is_manager=False),
        ),
        "remove": Choice(
            "Remove",
            "remove_members",
            "removed",
            lambda group, chosen: group_members_remove(group=group, extensions=chosen),
        ),
    },
    choices_outside={
        "add": Choice(
            "Add to group",
            "add_members",
            "added",
            lambda group, chosen: group_members_add(group=group, extensions=chosen),
            is_primary=True,
        ),
    },
)
MONITORS = PeopleTab(
    slug="monitors",
    title="Monitor",
    lead="Monitors may listen to a call unheard, whisper to one side, join it, or take it over. They need not "
    "be members of the group.",
    empty="Nobody monitors by the word of this group.",
    inside=group_monitor_list,
    outside=extension_list_not_monitoring,
    choices_inside={
        "remove": Choice(
            "Remove",
            "remove_monitors",
            "removed",
            lambda group, chosen: group_monitors_remove(group=group, extensions=chosen),
        ),
    },
    choices_outside={
        "add": Choice(
            "Let them monitor",
            "add_monitors",
            "added",
            lambda group, chosen: group_monitors_add(group=group, extensions=chosen),
            is_primary=True,
        ),
    },
)


class MonitorForm(forms.ModelForm):  # type: ignore[type-arg] # generic for the type checker only
    class Meta:
        model = ExtensionGroup
        fields = ("is_monitoring_allowed", "monitor_scope")
        widgets = {
            "is_monitoring_allowed": UnfoldBooleanSwitchWidget,
            "monitor_scope": UnfoldAdminSelectWidget,
        }


def group_people_page(
    model_admin: ModelAdmin[Any], request: HttpRequest, group_id: int, tab: PeopleTab
) -> HttpResponse:
    group: ExtensionGroup = get_object_or_404(extension_group_list(), pk=group_id)
    if not model_admin.has_view_permission(request, group):
        raise PermissionDenied
    may_change = model_admin.has_change_permission(request, group)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        return _obey(request, group, tab)
    is_adding = request.GET.get("show") == OUTSIDE and may_change
    people = _found(group, tab, is_adding=is_adding, words=_words(request.GET))
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": group.name,
        "opts": model_admin.opts,
        "original": group,
        "tab": tab,
        "may_change": may_change,
        "is_adding": is_adding,
        "words": _words(request.GET),
        "page": page,
        "rows": [_row(one) for one in page],
        "choices": (tab.choices_outside if is_adding else tab.choices_inside) if may_change else {},
        "inside_count": group.member_count if tab is MEMBERS else group.monitor_count,  # type: ignore[attr-defined]
        "form": MonitorForm(instance=group) if tab is MONITORS else None,
        "is_monitoring_off": tab is MONITORS and not dial_code_settings_get().is_monitoring_enabled,
    }
    return render(request, "pbxsite/group_people.html", context)


def _obey(request: HttpRequest, group: ExtensionGroup, tab: PeopleTab) -> HttpResponse:
    is_adding = request.POST.get("show") == OUTSIDE
    words = _words(request.POST)
    if tab is MONITORS and "settings" in request.POST:
        _save_settings(request, group)
        return _back(group, tab, is_adding=is_adding, words=words)
    choices = tab.choices_outside if is_adding else tab.choices_inside
    wanted, _, reach = request.POST.get("do", "").partition("-")
    if wanted not in choices or reach not in {"", "found"}:
        raise PermissionDenied
    if reach == "found":
        found = _found(group, tab, is_adding=is_adding, words=words)
        ids = found.order_by().values("pk" if is_adding else "extension_id")
        chosen = extension_list().filter(pk__in=ids)
    else:
        chosen = extension_list().filter(number__in=request.POST.getlist("number"))
    _change(request, group, choices[wanted], chosen)
    return _back(group, tab, is_adding=is_adding, words=words)


def _change(request: HttpRequest, group: ExtensionGroup, choice: Choice, chosen: QuerySet[Extension]) -> None:
    count = chosen.count()
    if not count:
        messages.warning(request, "No extension was chosen.")
        return
    action = f"extension_group.{choice.audit_verb}"
    try:
        with transaction.atomic():
            choice.change(group, chosen)
            audit_request(request, action=action, target=group)
    except ValidationError as refusal:
        audit_request_failed(
            request,
            action=action,
            reason="; ".join(refusal.messages),
            object_type="extension_group",
            object_id=str(group.pk),
        )
        for message in refusal.messages:
            messages.error(request, message)
        return
    messages.success(request, f"{count} {'extension' if count == 1 else 'extensions'} {choice.done}.")


def _save_settings(request: HttpRequest, group: ExtensionGroup) -> None:
    form = MonitorForm(request.POST, instance=group)
    if not form.is_valid():
        messages.error(request, "Choose whose calls may be monitored.")
        return
    with transaction.atomic():
        extension_group_update(group=group, **form.cleaned_data)
        audit_request(request, action="extension_group.update", target=group)
    messages.success(request, "Saved.")


def _found(group: ExtensionGroup, tab: PeopleTab, *, is_adding: bool, words: str) -> QuerySet[Any]:
    people = (tab.outside if is_adding else tab.inside)(group=group)
    prefix = "" if is_adding else "extension__"
    for word in words.split():
        people = people.filter(
            Q(**{f"{prefix}number__icontains": word}) | Q(**{f"{prefix}display_name__icontains": word})
        )
    return people


def _row(one: Any) -> dict[str, Any]:
    extension = one if isinstance(one, Extension) else one.extension
    return {"extension": extension, "is_manager": getattr(one, "is_manager", False)}


def _words(query: Any) -> str:
    return str(query.get("q", ""))[:100].replace("\0", "")


def _back(group: ExtensionGroup, tab: PeopleTab, *, is_adding: bool, words: str) -> HttpResponse:
    url = reverse(f"admin:callmanager_extensiongroup_{tab.slug}", args=[group.pk])
    query = urlencode({"show": OUTSIDE if is_adding else INSIDE, "q": words})
    return redirect(f"{url}?{query}")
