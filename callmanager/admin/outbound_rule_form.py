"""The form of an outbound rule with its three routes. Services do the saving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from callmanager.admin.week_fields import WeekFields
from callmanager.admin.week_grid import WeekGridMedia
from callmanager.domain.outbound_rules import MAX_PREFIX_DIGITS, MAX_ROUTES, MAX_STRIP, OutboundRoute
from callmanager.domain.rule_table import CellInvalid, read_codes
from callmanager.models import ExtensionGroup, OutboundRule
from callmanager.models.outbound_rule import LIST_LENGTH
from callmanager.selectors.outbound_rule import outbound_routes
from callmanager.selectors.trunk_lent import trunk_lent_list
from callmanager.services.outbound_rule import OUTBOUND_RULE_FIELDS
from callmanager.services.outbound_rule_checks import OutboundRuleChecks

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[OutboundRule]
else:
    _ModelForm = forms.ModelForm

PLACES = range(1, MAX_ROUTES + 1)
ROUTE_LINES = tuple((f"trunk_{place}", f"strip_{place}", f"prepend_{place}") for place in PLACES)
_ORDINALS = ("First", "Second", "Third")


def _trunk_field(place: int) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=f"{_ORDINALS[place - 1]} route",
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


def _strip_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Strip digits",
        required=False,
        min_value=0,
        max_value=MAX_STRIP,
        widget=UnfoldAdminIntegerFieldWidget,
    )


def _prepend_field() -> forms.CharField:
    return forms.CharField(
        label="Prepend",
        required=False,
        max_length=MAX_PREFIX_DIGITS + 1,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


def _line(label: str, help_text: str) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    return forms.CharField(
        label=label, required=False, max_length=LIST_LENGTH, widget=widget, help_text=help_text
    )


class OutboundRuleForm(WeekFields, _ModelForm):
    prefixes = _line(
        "Numbers beginning with", "One or several prefixes, such as 00;123;88. Empty: every number."
    )
    callers = _line("From extensions", "Such as 101;200-220. Empty: every extension.")
    digit_lengths = _line("To numbers of so many digits", "Such as 8;10-12. Empty: any.")
    group_ids = forms.TypedMultipleChoiceField(
        label="From extension groups",
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Members of any of them. None: every extension.",
    )
    trunk_1, trunk_2, trunk_3 = (_trunk_field(place) for place in PLACES)
    strip_1, strip_2, strip_3 = (_strip_field() for _ in PLACES)
    prepend_1, prepend_2, prepend_3 = (_prepend_field() for _ in PLACES)
    also_next_on = _line(
        "Next route also on",
        "SIP answers such as 486;603, beside no answer (408) and failures (5xx) that always lead on. Empty: none.",
    )

    Media = WeekGridMedia

    class Meta:
        model = OutboundRule
        fields = ("name", "is_enabled", "hours", "is_least_cost")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.begin_week(self.instance.week)
        for name in ("prefixes", "callers", "digit_lengths"):
            self.initial.setdefault(name, getattr(self.instance, name))
        self.initial.setdefault("also_next_on", ";".join(str(code) for code in self.instance.also_next_on))
        if "group_ids" not in self.fields:
            return
        self.fields["group_ids"].choices = list(  # type: ignore[attr-defined] # declared above
            ExtensionGroup.objects.order_by("-is_default", "name").values_list("pk", "name")
        )
        if self.instance.pk:
            self.initial.setdefault("group_ids", [group.pk for group in self.instance.groups.all()])
        self._offer_trunks()

    def _offer_trunks(self) -> None:
        trunks = trunk_lent_list()
        routes = outbound_routes(self.instance)
        for place in PLACES:
            choices: list[tuple[int | str, str]] = [
                ("", "none"),
                *((one.trunk_id, one.name) for one in trunks.values()),
            ]
            if place <= len(routes):
                route = routes[place - 1]
                self.initial.setdefault(f"trunk_{place}", route.trunk_id)
                self.initial.setdefault(f"strip_{place}", route.strip_digits)
                self.initial.setdefault(f"prepend_{place}", route.prepend)
                if route.trunk_id not in trunks:
                    choices.append((route.trunk_id, "A trunk that is not yours any more"))
            self.fields[f"trunk_{place}"].choices = choices  # type: ignore[attr-defined] # declared above

    def clean_also_next_on(self) -> list[int]:
        try:
            return read_codes(self.cleaned_data["also_next_on"])
        except CellInvalid as error:
            raise ValidationError("SIP answers such as 486;603.", code="invalid") from error

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.clean_week(cleaned)
        cleaned["groups"] = cleaned.pop("group_ids", [])
        cleaned["routes"] = [
            OutboundRoute(trunk, cleaned.get(f"strip_{place}") or 0, cleaned.get(f"prepend_{place}") or "")
            for place in PLACES
            if (trunk := cleaned.get(f"trunk_{place}")) is not None
        ]
        for field in (name for line in ROUTE_LINES for name in line):
            cleaned.pop(field, None)
        if not self.errors:
            self._ask_service(cleaned)
        return cleaned

    def _ask_service(self, cleaned: dict[str, Any]) -> None:
        """Everything that the service would refuse, beside its field."""
        rule = OutboundRule(**{name: cleaned[name] for name in OUTBOUND_RULE_FIELDS})
        checks = OutboundRuleChecks.read(group_ids=cleaned["groups"], callers=[rule.callers])
        try:
            checks.check(
                rule,
                key=self.instance.pk or 0,
                routes=cleaned["routes"],
                groups=cleaned["groups"],
                known_routes=outbound_routes(self.instance),
            )
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                self.add_error(
                    {"routes": "trunk_1", "week": "monday", "groups": "group_ids"}.get(name, name), problems
                )

    def _post_clean(self) -> None:
        """The service has been asked."""
