"""Ring groups: numbers that ring several people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.forms import ModelForm
from django.http import HttpRequest

from callmanager.admin.destination_fields import (
    action_field,
    destination_initial,
    destination_of,
    target_field,
)
from callmanager.admin.ring_group_members import MembersField, member_value
from callmanager.admin.short_words import some_words
from callmanager.admin.usage_links import usage_links
from callmanager.domain.destination import END_CALL
from callmanager.models import RingGroup
from callmanager.selectors.ring_group import ring_group_list, ring_group_members
from callmanager.selectors.usage import ring_group_usage
from callmanager.services.ring_group import (
    RING_GROUP_FIELDS,
    ring_group_create,
    ring_group_delete,
    ring_group_update,
)
from callmanager.services.ring_group_checks import RingGroupChecks
from tenants.admin.service_admin import ServiceModelAdmin

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[RingGroup]
else:
    _ModelForm = forms.ModelForm

_FIELD_OF = {"no_answer": "no_answer_target"}


class RingGroupForm(_ModelForm):
    members = MembersField(label="Members", required=False)
    no_answer_action = action_field("If nobody answers")
    no_answer_target = target_field()

    class Meta:
        model = RingGroup
        fields = RING_GROUP_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        destination = self.instance.destination if self.instance.pk else END_CALL
        for field, value in destination_initial("no_answer", destination).items():
            self.initial.setdefault(field, value)
        if self.instance.pk:
            members = [member_value(one) for one in ring_group_members(self.instance)]
            self.initial.setdefault("members", members)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["no_answer"] = destination_of(cleaned, "no_answer") or END_CALL
        cleaned.pop("no_answer_action", None)
        cleaned.pop("no_answer_target", None)
        if not self.errors:
            self._ask_service(cleaned)
        return cleaned

    def _ask_service(self, cleaned: dict[str, Any]) -> None:
        """Everything that the service would refuse, beside its field."""
        group = RingGroup(**{name: cleaned[name] for name in RING_GROUP_FIELDS})
        number_before = self.instance.number if self.instance.pk else ""
        checks = RingGroupChecks.read(cleaned["members"], cleaned["no_answer"])
        try:
            checks.check(group, cleaned["members"], cleaned["no_answer"], number_before=number_before)
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                self.add_error(_FIELD_OF.get(name, name), problems)

    def _post_clean(self) -> None:
        """The service has been asked."""


class RingGroupAdmin(ServiceModelAdmin):
    audit_name = "ring_group"
    words_of = {"members": "member_words"}
    form = RingGroupForm
    list_display = ("number", "name", "strategy", "member_words", "ring_time", "no_answer_words")
    list_display_links = ("number", "name")
    list_filter = ("strategy",)
    search_fields = ("number", "name")
    list_fullwidth = True
    fieldsets = (
        (None, {"fields": ("number", "name", "outbound_caller_id")}),
        (
            "How it rings",
            {
                "description": "Simultaneously: everybody at once. Prioritized: in the order below. Cyclic: first "
                "whoever was not rung for the longest time. Least worked: first whoever answered the fewest calls of "
                "the group in the last thirty days. Paging: phones answer by themselves and hear the caller.",
                "fields": ("strategy", "ring_timeout_s", "skips_busy"),
            },
        ),
        (
            "Group members",
            {
                "description": "Who does not want to be disturbed or has no phone registered is passed over. "
                "Forwarding rules and voicemail of members do not count here.",
                "fields": ("members",),
            },
        ),
        ("Destination if no answer", {"fields": (("no_answer_action", "no_answer_target"),)}),
    )

    @admin.display(description="Members")
    def member_words(self, group: RingGroup) -> str:
        return some_words([one.number for one in ring_group_members(group)], "nobody")

    @admin.display(description="Ring time", ordering="ring_timeout_s")
    def ring_time(self, group: RingGroup) -> str:
        return f"{group.ring_timeout_s} s"

    @admin.display(description="If nobody answers")
    def no_answer_words(self, group: RingGroup) -> str:
        return group.words

    def get_ordering(self, request: HttpRequest) -> Any:
        return (Length("number"), "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RingGroup]:
        return ring_group_list()

    def get_deleted_objects(
        self, objs: Iterable[RingGroup], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Without a line for every member, and with who still sends calls there."""
        groups = list(objs)
        used = usage_links(ring_group_usage(ids=[group.pk for group in groups]))
        lines = [f"Ring group {group}" for group in groups]
        return lines, {"ring groups": len(groups)}, set(), list(used)

    def create(self, form: ModelForm[Any]) -> RingGroup:
        return ring_group_create(**form.cleaned_data)

    def change(self, obj: RingGroup, form: ModelForm[Any]) -> RingGroup:
        return ring_group_update(group=ring_group_list().get(pk=obj.pk), **form.cleaned_data)

    def delete(self, obj: RingGroup) -> None:
        ring_group_delete(group=obj)
