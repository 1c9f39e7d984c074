"""Setting what makes phones answer pages by themselves."""

from __future__ import annotations

from typing import Any

from callmanager.models import PagingSettings
from callmanager.selectors.paging import paging_settings_get

PAGING_FIELDS = ("alert_info", "says_call_info", "says_answer_mode")


def paging_settings_set(**changes: Any) -> PagingSettings:
    """What is left out stays."""
    if unknown := changes.keys() - set(PAGING_FIELDS):
        raise TypeError(f"Paging has no {', '.join(sorted(unknown))} to set.")
    settings = paging_settings_get()
    for name, value in changes.items():
        setattr(settings, name, value)
    settings.full_clean()
    settings.save()
    return settings
