"""The members of a ring group or a queue in its form: picked or typed, put in order by dragging or by keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from callmanager.models import Extension
from callmanager.selectors.ring_group import Member

EXTENSION, OUTSIDE = "extension", "external_number"
# What a picker can show without becoming slow; every other one can be typed.
PICKED_MAX = 3000


class MembersWidget(forms.Widget):
    """Each member is a field of its own of the same name, `extension:101` or `external_number:0044...`."""

    template_name = "pbxsite/ring_members.html"

    def __init__(self, attrs: Any = None, *, what: str = "group", takes_outside: bool = True) -> None:
        super().__init__(attrs)
        self._what = what
        self._takes_outside = takes_outside

    class Media:
        css = {"all": ("pbxsite/profile.css", "pbxsite/ring_members.css")}
        js = (forms.Script("pbxsite/ring_members.js", type="module"),)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)
        known = dict(Extension.objects.values_list("number", "display_name")[:PICKED_MAX])
        members = read_members(value or ())
        context |= {
            "what": self._what,
            "takes_outside": self._takes_outside,
            "list_id": f"{name}_extensions",
        }
        context["members"] = [
            {
                "value": member_value(one),
                "number": one.number,
                "name": "Outside number" if one.is_outside else known.get(one.number, ""),
                "is_outside": one.is_outside,
            }
            for one in members
        ]
        context["extensions"] = [[number, display_name] for number, display_name in known.items()]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(data.getlist(name)) if hasattr(data, "getlist") else list(data.get(name, []))


class MembersField(forms.Field):
    widget = MembersWidget

    def clean(self, value: Any) -> list[Member]:
        return read_members(value or ())


def member_value(member: Member) -> str:
    return f"{OUTSIDE if member.is_outside else EXTENSION}:{member.number}"


def read_members(values: Iterable[str]) -> list[Member]:
    members = []
    for value in values:
        kind, _, number = value.partition(":")
        members.append(Member(number.strip(), is_outside=kind == OUTSIDE))
    return members
