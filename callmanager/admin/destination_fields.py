"""A destination in a form: what to do with the call, and with whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.models.destination import ACTIONS


def action_field(label: str, *, otherwise: str = "", help_text: str = "") -> forms.ChoiceField:
    """`otherwise` is what nothing chosen means, where that may be."""
    choices = [("", otherwise), *ACTIONS] if otherwise else list(ACTIONS)
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=not otherwise,
        widget=UnfoldAdminSelectWidget,
        help_text=help_text,
    )


def target_field() -> forms.CharField:
    return forms.CharField(
        label="Number",
        required=False,
        max_length=MAX_DIALLED,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="Of the extension, group, receptionist, queue or room; or outside, as you would dial it.",
    )


def destination_of(cleaned: Mapping[str, Any], name: str) -> Destination | None:
    """From the fields `NAME_action` and `NAME_target`; None where nothing was chosen."""
    action = cleaned.get(f"{name}_action")
    if not action:
        return None
    return Destination(DestinationKind(action), (cleaned.get(f"{name}_target") or "").strip())


def destination_initial(name: str, destination: Destination | None) -> dict[str, str]:
    if destination is None:
        return {f"{name}_action": "", f"{name}_target": ""}
    return {f"{name}_action": destination.kind.value, f"{name}_target": destination.target}
