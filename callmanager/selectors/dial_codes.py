"""The dial codes of the tenant in scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from callmanager.domain.dial_codes import DialCodes, stored_codes
from callmanager.domain.dial_features import FEATURES, WORKING, DialFeature, DialProfile, Shape
from callmanager.models import DialCodeSettings, Extension
from callmanager.selectors.company_number import service_numbers


@dataclass(frozen=True, slots=True)
class ShownCode:
    """One feature as people see it. `taken` are codes that an extension or a group has as its number, so that they ring
    it."""

    feature: DialFeature
    codes: tuple[str, ...]
    default: tuple[str, ...]
    taken: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        return self.codes != self.default

    @property
    def text(self) -> str:
        return " ".join(self.codes)


def dial_code_settings_get() -> DialCodeSettings:
    """Not stored before somebody changed something."""
    return DialCodeSettings.objects.first() or DialCodeSettings()


def dial_codes_of(settings: DialCodeSettings) -> DialCodes:
    codes = stored_codes(
        settings.profile, settings.own_codes, is_monitoring_enabled=settings.is_monitoring_enabled
    )
    return replace(
        codes,
        park_slots=settings.park_slots,
        park_timeout_s=settings.park_timeout_s,
        return_ring_s=settings.return_ring_s,
    )


def shown_code_list(settings: DialCodeSettings) -> tuple[ShownCode, ...]:
    """Of everything that works, in the table's order."""
    codes = dial_codes_of(settings)
    numbers = taken_codes(codes)
    profile = DialProfile(settings.profile)
    return tuple(
        ShownCode(
            feature=feature,
            codes=(of_it := codes.codes_of(feature.kind)),
            default=feature.codes_of(profile),
            taken=tuple(code for code in of_it if code in numbers),
        )
        for feature in FEATURES
        if feature.kind in WORKING
    )


def taken_codes(codes: DialCodes) -> frozenset[str]:
    """Which of them are numbers of extensions or of services of the company."""
    alone = [code for feature, some in codes.working() if is_a_number(feature.shape) for code in some]
    extensions = Extension.objects.filter(number__in=alone).values_list("number", flat=True)
    services = service_numbers()
    return frozenset(extensions) | {code for code in alone if code in services}


def code_names(codes: DialCodes) -> Mapping[str, str]:
    """Codes that nobody can have as a number -> what they are for."""
    return {
        code: feature.name
        for feature, some in codes.working()
        if is_a_number(feature.shape)
        for code in some
        if code.isdigit()
    }


def is_a_number(shape: Shape) -> bool:
    """Whether such a code is dialled with nothing behind it, as a number is."""
    return shape in (Shape.ALONE, Shape.NUMBER_OR_ALONE, Shape.STAR_NUMBER_OR_ALONE)
