"""The form of an inbound rule. Services do the saving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminSelectWidget

from callmanager.admin.destination_fields import (
    action_field,
    destination_initial,
    destination_of,
    target_field,
)
from callmanager.admin.week_fields import WeekFields
from callmanager.admin.week_grid import WeekGridMedia
from callmanager.models import InboundRule
from callmanager.selectors.inbound_rule import inbound_destinations
from callmanager.selectors.trunk_lent import trunk_lent_list
from callmanager.services.inbound_rule import DESTINATION_FIELDS, INBOUND_RULE_FIELDS
from callmanager.services.inbound_rule_checks import InboundRuleChecks

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[InboundRule]
else:
    _ModelForm = forms.ModelForm

_POOL_SHOWN = 60


class InboundRuleForm(WeekFields, _ModelForm):
    trunk_id = forms.TypedChoiceField(label="Trunk", coerce=int, widget=UnfoldAdminSelectWidget)
    in_office_hours_action = action_field("In office hours")
    in_office_hours_target = target_field()
    outside_office_hours_action = action_field("Outside of office hours", otherwise="As in office hours")
    outside_office_hours_target = target_field()
    on_holiday_action = action_field("On holidays", otherwise="As outside of office hours")
    on_holiday_target = target_field()

    Media = WeekGridMedia

    class Meta:
        model = InboundRule
        fields = ("name", "trunk_id", "did", "caller_mask", "is_enabled", "has_own_hours")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "trunk_id" in self.fields:
            self._offer_trunks()
        self.begin_week(self.instance.week)
        if not self.instance.pk:
            self.initial.setdefault("outside_office_hours_action", "")
        for name, destination in inbound_destinations(self.instance).items():
            for field, value in destination_initial(name, destination).items():
                self.initial.setdefault(field, value)

    def _offer_trunks(self) -> None:
        trunks = trunk_lent_list().values()
        choices: list[tuple[int | str, str]] = [
            (one.trunk_id, _trunk_words(one.name, one.did_pool)) for one in trunks
        ]
        if self.instance.pk and self.instance.trunk_id not in {one.trunk_id for one in trunks}:
            choices.insert(0, (self.instance.trunk_id, "A trunk that is not yours any more"))
        self.fields["trunk_id"].choices = choices or [("", "No trunk is yours yet")]  # type: ignore[attr-defined] # declared above

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.clean_week(cleaned)
        for name in DESTINATION_FIELDS:
            cleaned[name] = destination_of(cleaned, name)
            cleaned.pop(f"{name}_action", None)
            cleaned.pop(f"{name}_target", None)
        if cleaned["outside_office_hours"] is None:
            cleaned["outside_office_hours"] = cleaned["in_office_hours"]
        if not self.errors:
            self._ask_service(cleaned)
        return cleaned

    def _ask_service(self, cleaned: dict[str, Any]) -> None:
        """Everything that the service would refuse, beside its field."""
        destinations = {name: cleaned[name] for name in DESTINATION_FIELDS}
        rule = InboundRule(**{name: cleaned[name] for name in INBOUND_RULE_FIELDS})
        is_moved = (rule.trunk_id, rule.did) != (self.instance.trunk_id, self.instance.did)
        try:
            InboundRuleChecks.read(destinations.values()).check(
                rule, destinations, key=self.instance.pk or 0, is_moved=is_moved
            )
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                self.add_error(_FIELD_OF.get(name, name), problems)

    def _post_clean(self) -> None:
        """The service has been asked."""


_FIELD_OF = {"trunk": "trunk_id", "week": "monday", **{name: f"{name}_target" for name in DESTINATION_FIELDS}}


def _trunk_words(name: str, pool: str) -> str:
    if not pool:
        return f"{name} (outbound calls only)"
    shown = pool if len(pool) <= _POOL_SHOWN else f"{pool[:_POOL_SHOWN]}…"
    return f"{name} ({'every number' if pool == '*' else shown})"
