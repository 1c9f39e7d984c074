"""The form of a routing test. The service checks; what it refuses stands beside its field."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from callmanager.models import RoutingTest
from callmanager.selectors.trunk_lent import trunk_lent_list
from callmanager.services.routing_test import ROUTING_TEST_FIELDS, routing_test_check

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[RoutingTest]
else:
    _ModelForm = forms.ModelForm

_LINE = re.compile(r"(?P<name>.+?)\s*[:=]\s*(?P<state>[A-Za-z0-9_ ]+)")
_TEXTS = ("phones", "trunks", "keys")


class RoutingTestForm(_ModelForm):
    """Assumptions are lines of text, trunks by their names."""

    trunk_id = forms.TypedChoiceField(
        label="Over the trunk",
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Of a caller outside.",
    )
    expected_trunk_id = forms.TypedChoiceField(
        label="Over the trunk", coerce=int, empty_value=None, required=False, widget=UnfoldAdminSelectWidget
    )
    # The admin would make two fields of it.
    at = forms.DateTimeField(
        label="Moment",
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "class": "td-input"}, format="%Y-%m-%dT%H:%M"
        ),
    )
    phones_text = forms.CharField(
        label="Phones",
        required=False,
        max_length=10_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": "102 = no_answer"}),
        help_text="One extension a line: answers (as those that are not named), busy, declines, no_answer or offline.",
    )
    trunks_text = forms.CharField(
        label="Trunks",
        required=False,
        max_length=10_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": "First line = 503"}),
        help_text="One trunk a line: answers, rings, down, full, silent, or the SIP code it answers, such as 486.",
    )

    keys_text = forms.CharField(
        label="Keys pressed",
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="At a virtual receptionist, such as 2. At one after the other: 2, 101. What a server "
        "answers to an Action URL stands behind =: 22=222, 22=hangup or 22=repeat.",
    )

    class Meta:
        model = RoutingTest
        fields = tuple(name for name in ROUTING_TEST_FIELDS if name not in _TEXTS)
        widgets = {
            "clock": forms.TimeInput(attrs={"type": "time", "class": "td-input"}, format="%H:%M"),
        }

    class Media:
        css = {"all": ("pbxsite/profile.css",)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._trunks = trunk_lent_list()
        choices: list[tuple[int | str, str]] = [(one.trunk_id, one.name) for one in self._trunks.values()]
        for name, nothing in (
            ("trunk_id", "None: an extension calls"),
            ("expected_trunk_id", "It does not matter"),
        ):
            if name in self.fields:
                self.fields[name].choices = [("", nothing), *choices]  # type: ignore[attr-defined] # declared above
        names = {str(one.trunk_id): one.name for one in self._trunks.values()}
        self.initial.setdefault("phones_text", _lines(self.instance.phones, {}))
        self.initial.setdefault("trunks_text", _lines(self.instance.trunks, names))
        self.initial.setdefault("keys_text", ", ".join(self.instance.keys))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        ids = {one.name.lower(): str(one.trunk_id) for one in self._trunks.values()}
        cleaned["phones"] = self._read("phones", cleaned.pop("phones_text", ""), {})
        cleaned["trunks"] = self._read("trunks", cleaned.pop("trunks_text", ""), ids)
        keys = cleaned.pop("keys_text", "")
        cleaned["keys"] = [one.strip() for one in keys.split(",")] if keys else []
        if not self.errors:
            test = copy(self.instance)
            for name in ROUTING_TEST_FIELDS:
                setattr(test, name, cleaned[name])
            try:
                routing_test_check(test)
            except ValidationError as error:
                for name, problems in error.error_dict.items():
                    self.add_error(f"{name}_text" if name in _TEXTS else name, problems)
        return cleaned

    def _read(self, name: str, text: str, ids: dict[str, str]) -> dict[str, str]:
        read: dict[str, str] = {}
        for line in filter(None, (line.strip() for line in text.splitlines())):
            found = _LINE.fullmatch(line)
            if found is None:
                self.add_error(
                    f"{name}_text", ValidationError(f"“{line[:40]}” is not like 102 = busy.", code="line")
                )
                break
            key = found["name"]
            read[ids.get(key.lower(), key)] = found["state"].strip().replace(" ", "_").lower()
        return read

    def _post_clean(self) -> None:
        """The service has been asked."""


def _lines(assumed: dict[str, str], names: dict[str, str]) -> str:
    return "\n".join(f"{names.get(key, key)} = {state}" for key, state in assumed.items())
