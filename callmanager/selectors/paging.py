"""How phones of the tenant in scope are made to answer pages."""

from __future__ import annotations

from callmanager.domain.paging import AlertInfo, AutoAnswer
from callmanager.models import PagingSettings


def paging_settings_get() -> PagingSettings:
    """Not stored before somebody changed something."""
    return PagingSettings.objects.first() or PagingSettings()


def auto_answer_of(settings: PagingSettings) -> AutoAnswer:
    return AutoAnswer(AlertInfo(settings.alert_info), settings.says_call_info, settings.says_answer_mode)
