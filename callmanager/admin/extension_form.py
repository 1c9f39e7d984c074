"""The form of an extension, and the rows of its exceptions. Services do the saving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordToggleWidget,
    UnfoldAdminTextInputWidget,
)

from callmanager.admin.did_widget import DidInput
from callmanager.admin.week_grid import WeekGridMedia, day_field
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.domain.passwords import find_weakness
from callmanager.domain.week_hours import WEEKDAYS, WeekHoursInvalid, day_text, parse_day_text
from callmanager.models import Extension, ExtensionException
from callmanager.models.destination import OBJECT_COLUMNS
from callmanager.models.extension_exception import EXCEPTIONS_MAX, validate_caller_mask
from callmanager.models.week_hours import validate_week_hours
from callmanager.selectors.extension_group import extension_group_list
from callmanager.services.destination import destination_columns, target_ids
from callmanager.services.extension_exception import WantedException
from callmanager.services.extension_numbers import ExtensionNumberChecks
from callmanager.services.sip_password import sip_password_generate

if TYPE_CHECKING:  # generic for the type checker only
    _ExtensionModelForm = forms.ModelForm[Extension]
    _ExceptionModelForm = forms.ModelForm[ExtensionException]
    _ExceptionFormSet = forms.BaseInlineFormSet[ExtensionException, Extension, Any]
else:
    _ExtensionModelForm = _ExceptionModelForm = forms.ModelForm
    _ExceptionFormSet = forms.BaseInlineFormSet


class SecretInput(forms.PasswordInput):
    """Hidden until asked for; with buttons to show, copy and generate."""

    template_name = "pbxsite/secret_input.html"

    def __init__(self) -> None:
        super().__init__(
            attrs={"class": " ".join(INPUT_CLASSES), "autocomplete": "off", "spellcheck": "false"},
            render_value=True,
        )


class ExtensionForm(_ExtensionModelForm):
    # The word of the tenant.
    is_sip_password_shown: ClassVar[bool] = True

    web_password = forms.CharField(
        label="Web access password",
        required=False,
        max_length=256,
        strip=False,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "new-password"}),
        help_text="To sign in with number and SIP domain, or e-mail address: at least 10 characters, not digits alone. "
        "Empty: unchanged, or no sign-in for a new one.",
    )
    groups = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None chosen: the default group.",
    )
    monday = day_field("monday", "Such as 09:00-12:00, 13:00-17:00. Empty: nobody is there.")
    tuesday = day_field("tuesday")
    wednesday = day_field("wednesday")
    thursday = day_field("thursday")
    friday = day_field("friday")
    saturday = day_field("saturday")
    sunday = day_field("sunday")

    Media = WeekGridMedia

    class Meta:
        model = Extension
        fields = (
            "number", "sip_password", "first_name", "last_name", "display_name", "gender", "email", "mobile", "did",
            "outbound_caller_id", "emergency_caller_id", "is_audio_recorded", "is_video_recorded", "is_enabled",
            "ring_timeout_s", "has_own_hours", "time_zone", "status", "is_decline_final", "may_set_caller_id",
            "max_external_calls", "max_external_minutes_per_day",
        )  # fmt: skip
        widgets = {"sip_password": SecretInput(), "did": DidInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial.setdefault("sip_password", sip_password_generate(number=""))
            self._offer_groups()
        elif not self.is_sip_password_shown and "sip_password" in self.fields:
            self._hide_sip_password()
        for weekday in WEEKDAYS:
            self.initial.setdefault(weekday, day_text(self.instance.week.get(weekday, [])))

    def _offer_groups(self) -> None:
        groups = extension_group_list().order_by("-is_default", "name")
        self.fields["groups"].choices = [(group.pk, group.name) for group in groups]  # type: ignore[attr-defined] # declared above
        self.initial.setdefault("groups", [group.pk for group in groups if group.is_default])

    def _hide_sip_password(self) -> None:
        """It can be replaced, but not read."""
        field = self.fields["sip_password"]
        field.widget.render_value = False
        field.required = False
        field.help_text = "This company does not show SIP passwords. Empty: unchanged."

    def clean_sip_password(self) -> str:
        password: str = self.cleaned_data["sip_password"]
        is_kept = (
            not password and not self.instance._state.adding and not self.fields["sip_password"].required
        )
        return self.instance.sip_password if is_kept else password

    def clean_web_password(self) -> str:
        password: str = self.cleaned_data["web_password"]
        if password:
            validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.get("sip_password", "")
        if password != self.initial.get("sip_password") or self.instance._state.adding:
            weakness = find_weakness(password, cleaned.get("number", ""))
            if password and weakness:
                self.add_error("sip_password", ValidationError(weakness, code="weak_password"))
        self._clean_numbers(cleaned)
        self._clean_week(cleaned)
        return cleaned

    def _clean_numbers(self, cleaned: dict[str, Any]) -> None:
        """Beside the field what the service would refuse."""
        new = {
            name: cleaned[name]
            for name in ("number", "did")
            if cleaned.get(name)
            and cleaned[name] != self.initial.get(name)
            and _is_written_well(name, cleaned[name])
        }
        if new:
            for name, problem in ExtensionNumberChecks.read().problems(**new):
                self.add_error(name, problem)

    def _clean_week(self, cleaned: dict[str, Any]) -> None:
        week = {}
        for weekday in WEEKDAYS:
            if weekday not in self.fields:
                return
            try:
                week[weekday] = parse_day_text(weekday, cleaned.get(weekday) or "")
                validate_week_hours({weekday: week[weekday]})
            except WeekHoursInvalid as error:
                self.add_error(weekday, str(error))
            except ValidationError as error:
                self.add_error(weekday, error)
        if not set(WEEKDAYS) & self.errors.keys():
            try:
                validate_week_hours(week)
            except ValidationError as error:
                self.add_error("monday", error)
            cleaned["week"] = week

    def changes(self) -> dict[str, Any]:
        """What the service is to set, by its names."""
        wanted = {
            name: self.cleaned_data[name]
            for name in self.changed_data
            if name not in (*WEEKDAYS, "web_password", "groups")
        }
        if set(WEEKDAYS) & set(self.changed_data):
            wanted["week"] = self.cleaned_data["week"]
        if self.cleaned_data.get("web_password"):
            wanted["web_password"] = self.cleaned_data["web_password"]
        if wanted.get("sip_password") == self.initial.get("sip_password"):
            wanted.pop("sip_password", None)
        return wanted


def _is_written_well(name: str, value: str) -> bool:
    """The model says what is not, after this form."""
    field: Any = Extension._meta.get_field(name)
    try:
        field.clean(value, None)
    except ValidationError:
        return False
    return True


class ExceptionForm(_ExceptionModelForm):
    other = forms.CharField(
        label="Number",
        required=False,
        max_length=MAX_DIALLED,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = ExtensionException
        fields = ("caller_mask", "received_during", "action", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        if self.instance.pk:
            self.initial.setdefault("other", self.instance.destination.target)

    def clean_caller_mask(self) -> str:
        mask: str = self.cleaned_data["caller_mask"]
        validate_caller_mask(mask)
        return mask

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if action := cleaned.get("action"):
            destination = Destination(DestinationKind(action), cleaned.get("other", ""))
            try:
                destination_columns(destination, target_ids([destination]))
            except ValidationError as error:
                self.add_error("other", error)
            cleaned["destination"] = destination
        return cleaned

    def _post_clean(self) -> None:
        """The service makes all rows anew: their places need not be free yet."""


class ExceptionFormSet(_ExceptionFormSet):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django asks what the formset has saved, for a log that is not used.
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []

    def validate_unique(self) -> None:
        """As above."""

    def wanted(self) -> list[WantedException]:
        rows = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data.get("action") and not form.cleaned_data.get("DELETE")
        ]
        rows.sort(key=lambda row: 0 if row.get("position") is None else row["position"])
        return [
            WantedException(row["caller_mask"], row["received_during"], row["destination"]) for row in rows
        ]


class ExceptionInline(TabularInline):
    model = ExtensionException
    fk_name = "extension"
    form = ExceptionForm
    formset = ExceptionFormSet
    fields = ("position", "caller_mask", "received_during", "action", "other")
    ordering_field = "position"
    hide_ordering_field = True
    extra = 0
    max_num = EXCEPTIONS_MAX
    tab = True
    verbose_name_plural = "Exceptions"

    def get_queryset(self, request: HttpRequest) -> Any:
        return ExtensionException.objects.select_related(*OBJECT_COLUMNS).defer(
            "target__sip_password", "target__ha1"
        )
