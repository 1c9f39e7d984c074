"""What a company dials to monitor."""

from __future__ import annotations

from callmanager.domain.decisions import MonitorMode
from callmanager.domain.dial_codes import DialKind
from callmanager.domain.monitoring import DIGIT_OF_MODE
from callmanager.selectors.dial_codes import dial_code_settings_get, dial_codes_of


class MonitoringOff(RuntimeError):
    """The company has not switched it on, or has no number for it."""


def monitoring_number(*, extension: str, mode: MonitorMode) -> str:
    """As a monitor would dial it on the telephone."""
    codes = dial_codes_of(dial_code_settings_get())
    numbers = codes.codes_of(DialKind.MONITOR)
    if not codes.is_monitoring_enabled or not numbers:
        raise MonitoringOff("Monitoring is not enabled")
    return f"{numbers[0]}*{extension}*{DIGIT_OF_MODE[mode]}"
