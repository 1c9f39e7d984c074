"""Status and forwarding rules of an extension as one form: for its company's console and for its own person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.forwarding import ForwardStatus, ForwardWhen
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.models import Extension, ExtensionForward
from callmanager.models.destination import ACTIONS
from callmanager.models.extension import RING_TIMEOUT_S, STATUSES
from callmanager.models.extension_forward import FORWARD_HOURS, FORWARD_STATUSES, FORWARD_WHEN
from callmanager.services.destination import destination_columns, target_ids
from callmanager.services.extension_forward import WantedForward

_RING = "Ring this extension"
_NO_PHONE = "Let the caller know that nobody can be reached"
_INPUT = {"class": "td-input", "autocomplete": "off"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One reason of one status and hours; `ring` for calls that nobody answers."""

    label: str
    action: forms.BoundField
    target: forms.BoundField
    ring: forms.BoundField | None


@dataclass(frozen=True, slots=True)
class Section:
    """One status: its cells by hours, and how many of them say something."""

    status: str
    label: str
    hours: tuple[tuple[str, tuple[Cell, ...]], ...]
    set_count: int
    has_errors: bool


def _cells() -> Iterable[tuple[str, str, str]]:
    for status, _ in FORWARD_STATUSES:
        for during, _ in FORWARD_HOURS:
            for when, _ in FORWARD_WHEN:
                if status != ForwardStatus.OFFLINE or when == ForwardWhen.ALWAYS:
                    yield status, during, when


class ForwardingForm(forms.Form):
    status = forms.ChoiceField(
        choices=STATUSES,
        label="Status now",
        widget=forms.Select(attrs={"class": "td-input"}),
        help_text="Which of the rules below hold.",
    )

    def __init__(self, data: Any = None, *, extension: Extension, rows: Iterable[ExtensionForward]) -> None:
        self._extension = extension
        self._rows = {(row.status, row.during, row.when): row for row in rows}
        super().__init__(data, initial={"status": extension.status})
        for cell in _cells():
            self._add_cell(cell)

    def _add_cell(self, cell: tuple[str, str, str]) -> None:
        status, _, when = cell
        name, row = "-".join(cell), self._rows.get(cell)
        destination = row.destination if row is not None else None
        nothing = _NO_PHONE if status == ForwardStatus.OFFLINE else _RING
        nothing = nothing if when == ForwardWhen.ALWAYS else "–"
        self.fields[f"{name}-action"] = forms.ChoiceField(
            choices=[("", nothing), *ACTIONS],
            required=False,
            initial=destination.kind.value if destination is not None else "",
            widget=forms.Select(attrs={"class": "td-input"}),
        )
        self.fields[f"{name}-target"] = forms.CharField(
            required=False,
            max_length=MAX_DIALLED,
            initial=destination.target if destination is not None else "",
            widget=forms.TextInput(attrs={**_INPUT, "placeholder": "number"}),
        )
        if when == ForwardWhen.NO_ANSWER:
            self.fields[f"{name}-ring"] = forms.IntegerField(
                required=False,
                min_value=RING_TIMEOUT_S[0],
                max_value=RING_TIMEOUT_S[1],
                initial=(row.ring_timeout_s or None) if row is not None else None,
                widget=forms.NumberInput(
                    attrs={**_INPUT, "placeholder": str(self._extension.ring_timeout_s)}
                ),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        wanted: list[WantedForward] = []
        destinations = {cell: self._destination(cleaned, cell) for cell in _cells()}
        ids = target_ids(destinations.values())
        for cell, destination in destinations.items():
            name = "-".join(cell)
            if destination is None:
                if cleaned.get(f"{name}-target"):
                    self.add_error(f"{name}-target", "Choose what to do with the number.")
                continue
            try:
                destination_columns(destination, ids, own_number=self._extension.number)
            except ValidationError as error:
                self.add_error(f"{name}-target", error)
            wanted.append(WantedForward(*cell, destination, cleaned.get(f"{name}-ring") or 0))
        cleaned["forwards"] = wanted
        return cleaned

    @staticmethod
    def _destination(cleaned: dict[str, Any], cell: tuple[str, str, str]) -> Destination | None:
        name = "-".join(cell)
        action = cleaned.get(f"{name}-action")
        if not action:
            return None
        return Destination(DestinationKind(action), (cleaned.get(f"{name}-target") or "").strip())

    def changes(self) -> dict[str, Any]:
        """What the service is to set, by its names."""
        return {"status": self.cleaned_data["status"], "forwards": self.cleaned_data["forwards"]}

    def sections(self) -> list[Section]:
        return [self._section(status, label) for status, label in FORWARD_STATUSES]

    def _section(self, status: str, label: str) -> Section:
        cells = [cell for cell in _cells() if cell[0] == status]
        words = dict(FORWARD_WHEN)
        hours = tuple(
            (title, tuple(self._cell(cell, words[cell[2]]) for cell in cells if cell[1] == during))
            for during, title in FORWARD_HOURS
        )
        return Section(
            status=status,
            label=label,
            hours=hours,
            set_count=sum(cell in self._rows for cell in cells),
            has_errors=any(name.startswith(f"{status}-") for name in self.errors),
        )

    def _cell(self, cell: tuple[str, str, str], label: str) -> Cell:
        name = "-".join(cell)
        ring = self[f"{name}-ring"] if f"{name}-ring" in self.fields else None
        return Cell(label, self[f"{name}-action"], self[f"{name}-target"], ring)
