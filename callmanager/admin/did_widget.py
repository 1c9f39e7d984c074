"""A field that offers the company's numbers which nobody has yet."""

from __future__ import annotations

from typing import Any

from unfold.widgets import UnfoldAdminTextInputWidget

from callmanager.models import Extension
from callmanager.selectors.trunk_lent import free_numbers, trunk_lent_list

OFFERED_MAX = 300


class DidInput(UnfoldAdminTextInputWidget):
    """A list to choose from; a number of a large pool may be typed."""

    template_name = "pbxsite/did_input.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        trunks = trunk_lent_list()
        taken = set(Extension.objects.exclude(did="").values_list("did", flat=True)) if trunks else set()
        context["offered"] = free_numbers(trunks.values(), taken, at_most=OFFERED_MAX)
        context["pools"] = [(one.name, one.did_pool) for one in trunks.values() if one.did_pool]
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}_offered"
        return context
