"""The form of a virtual receptionist. Services do the saving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from callmanager.admin.menu_actions import ActionsField, cards_of
from callmanager.admin.menu_options import MenuField, rows_of
from callmanager.admin.week_fields import WeekFields
from callmanager.admin.week_grid import WeekGridMedia
from callmanager.models import Receptionist
from callmanager.models.mailbox import PIN
from callmanager.models.receptionist import PromptUse
from callmanager.selectors.receptionist import menu_of, prompt_find
from callmanager.services.receptionist import RECEPTIONIST_FIELDS
from callmanager.services.receptionist_checks import MENUS, ReceptionistChecks
from callmanager.services.receptionist_prompt import LENGTH_S_MAX, UPLOAD_BYTES_MAX
from callmanager.speech import SAID_MAX
from callmanager.wav_upload import wav_problem

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Receptionist]
else:
    _ModelForm = forms.ModelForm

PIN_FIELDS = frozenset({"recording_pin", "forgets_pin"})
PROMPT_FIELDS = frozenset(f"{use}_{part}" for use in PromptUse for part in ("file", "text", "remove"))


def _file() -> forms.FileField:
    return forms.FileField(
        label="WAV file",
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".wav,audio/wav"}),
        help_text="PCM of any usual kind, up to 20 MB and 5 minutes.",
    )


def _text() -> forms.CharField:
    return forms.CharField(
        label="Or spoken text",
        required=False,
        max_length=SAID_MAX,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Such as: Welcome. For sales, press 2.",
    )


def _remove() -> forms.BooleanField:
    return forms.BooleanField(label="Remove", required=False, widget=UnfoldBooleanWidget)


class ReceptionistForm(WeekFields, _ModelForm):
    menu = MenuField(label="Options", required=False)
    closed_menu = MenuField(label="Options then", required=False)
    actions = ActionsField(label="Action URLs", required=False)
    recording_pin = forms.CharField(
        label="PIN for recording by telephone",
        required=False,
        validators=[PIN],
        widget=UnfoldAdminPasswordWidget(
            render_value=False, attrs={"inputmode": "numeric", "autocomplete": "new-password"}
        ),
        help_text="4 to 12 digits. Empty leaves it as it is.",
    )
    forgets_pin = forms.BooleanField(label="Remove the PIN", required=False, widget=UnfoldBooleanWidget)
    menu_file, menu_text, menu_remove = _file(), _text(), _remove()
    closed_file, closed_text, closed_remove = _file(), _text(), _remove()
    transfer_file, transfer_text, transfer_remove = _file(), _text(), _remove()

    Media = WeekGridMedia

    class Meta:
        model = Receptionist
        fields = tuple(name for name in RECEPTIONIST_FIELDS if name != "week")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.begin_week(self.instance.week)
        for name in MENUS:
            menu = menu_of(self.instance, is_closed=name == "closed_menu")
            self.initial.setdefault(name, rows_of(menu))
        if self.instance.pk:
            self.initial.setdefault("actions", cards_of(list(self.instance.actions.all())))
            for use in PromptUse:
                found = prompt_find(self.instance, use)
                self.initial.setdefault(f"{use}_text", found.said if found is not None else "")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.clean_week(cleaned)
        for use in PromptUse:
            file = cleaned.get(f"{use}_file")
            if file is not None and (
                problem := wav_problem(file, bytes_max=UPLOAD_BYTES_MAX, length_s_max=LENGTH_S_MAX)
            ):
                self.add_error(f"{use}_file", problem)
        if not self.errors:
            self._ask_service(cleaned)
        return cleaned

    def _ask_service(self, cleaned: dict[str, Any]) -> None:
        """Everything that the service would refuse, beside its field."""
        # With its key, by which stored passwords are found.
        wanted = Receptionist(pk=self.instance.pk, **{name: cleaned[name] for name in RECEPTIONIST_FIELDS})
        menus = (cleaned["menu"], cleaned["closed_menu"])
        number_before = self.instance.number if self.instance.pk else ""
        try:
            ReceptionistChecks.read(menus).check(
                wanted, menus, cleaned["actions"], number_before=number_before
            )
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                self.add_error("monday" if name == "week" else name, problems)

    def _post_clean(self) -> None:
        """The service has been asked."""
