"""Groups of extensions: their rights on one page, members and monitors on pages of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callmanager.admin.deleting_together import DeletesTogether
from callmanager.admin.group_people import MEMBERS, MONITORS, PeopleTab, group_people_page
from callmanager.admin.usage_links import usage_links
from callmanager.models import ExtensionGroup
from callmanager.selectors.extension_group import extension_group_list
from callmanager.selectors.usage import group_usage
from callmanager.services.extension_group import (
    GROUP_RIGHT_FIELDS,
    extension_group_create,
    extension_group_delete,
    extension_group_update,
)

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[ExtensionGroup]
else:
    _ModelForm = forms.ModelForm

# Short enough to stand beside each other in a list.
RIGHT_WORDS = {
    "may_see_members": "Members",
    "may_see_member_calls": "Calls",
    "may_use_console": "Console",
    "may_page": "Paging",
    "may_call_external": "External",
}


class ExtensionGroupForm(_ModelForm):
    class Meta:
        model = ExtensionGroup
        fields = ("name", "description", *GROUP_RIGHT_FIELDS)


class ExtensionGroupAdmin(DeletesTogether):
    audit_name = "extension_group"
    form = ExtensionGroupForm
    list_display = ("name", "description", "member_link", "rights", "monitor_link")
    list_filter = ("may_use_console", "may_call_external", "is_monitoring_allowed")
    search_fields = ("name", "description")
    list_fullwidth = True
    change_form_outer_before_template = "pbxsite/group_tabs.html"
    fieldsets = (
        ("Group information", {"fields": ("name", "description")}),
        (
            "Group member rights",
            {
                "fields": GROUP_RIGHT_FIELDS,
                "description": "An extension in several groups has the rights of all of them together.",
            },
        ),
    )

    @admin.display(description="Members", ordering="member_count")
    def member_link(self, group: Any) -> SafeString:
        return _link(group, MEMBERS, group.member_count)

    @admin.display(description="Monitors", ordering="monitor_count")
    def monitor_link(self, group: Any) -> SafeString | str:
        return _link(group, MONITORS, group.monitor_count) if group.is_monitoring_allowed else "–"

    @admin.display(description="Members' rights")
    def rights(self, group: ExtensionGroup) -> SafeString | str:
        given = [(words,) for field, words in RIGHT_WORDS.items() if getattr(group, field)]
        return format_html_join(" ", '<span class="td-tag">{}</span>', given) if given else "none"

    def get_ordering(self, request: HttpRequest) -> Any:
        return ("-is_default", Lower("name"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExtensionGroup]:
        return extension_group_list()

    def get_readonly_fields(self, request: HttpRequest, obj: ExtensionGroup | None = None) -> tuple[str, ...]:
        return ("name",) if obj is not None and obj.is_default else ()

    def has_delete_permission(self, request: HttpRequest, obj: ExtensionGroup | None = None) -> bool:
        is_default = obj is not None and obj.is_default
        return not is_default and bool(super().has_delete_permission(request, obj))

    def get_deleted_objects(
        self, objs: Iterable[ExtensionGroup], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Without a line for every member: these stay, and who has no other group goes to the default one."""
        groups = list(objs)
        kept = {group.name for group in groups if not self.has_delete_permission(request, group)}
        lines = [f"Group {group.name}; its members stay, in DEFAULT if in no other group" for group in groups]
        used = usage_links(group_usage(ids=[group.pk for group in groups]))
        return lines, {"groups": len(groups)}, kept, list(used)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:group_id>/{tab.slug}/",
                self.admin_site.admin_view(self._people_view(tab)),
                name=f"callmanager_extensiongroup_{tab.slug}",
            )
            for tab in (MEMBERS, MONITORS)
        ]
        return [*own, *super().get_urls()]

    def response_add(
        self, request: HttpRequest, obj: ExtensionGroup, post_url_continue: str | None = None
    ) -> HttpResponse:
        """A new group is empty: on to its members."""
        response: HttpResponse = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST or "_continue" in request.POST:
            return response
        return redirect("admin:callmanager_extensiongroup_members", obj.pk)

    def create(self, form: ModelForm[Any]) -> ExtensionGroup:
        return extension_group_create(**form.cleaned_data)

    def change(self, obj: ExtensionGroup, form: ModelForm[Any]) -> ExtensionGroup:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        return extension_group_update(group=ExtensionGroup.objects.get(pk=obj.pk), **changes)

    def delete(self, obj: ExtensionGroup) -> None:
        extension_group_delete(group=obj)

    def _people_view(self, tab: PeopleTab) -> Any:
        def view(request: HttpRequest, group_id: int) -> HttpResponse:
            return group_people_page(self, request, group_id, tab)

        return view


def _link(group: ExtensionGroup, tab: PeopleTab, count: int) -> SafeString:
    url = reverse(f"admin:callmanager_extensiongroup_{tab.slug}", args=[group.pk])
    return format_html('<a href="{}" aria-label="{} of {}: {}">{}</a>', url, tab.title, group, count, count)
