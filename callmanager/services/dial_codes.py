"""Setting what is dialled to use the system itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError

from callmanager.domain.dial_codes import (
    CODES_EACH_MAX,
    DialCode,
    DialCodeError,
    DialCodes,
    find_conflict,
    read_code,
)
from callmanager.domain.dial_features import FEATURE_OF, WORKING, DialKind, DialProfile
from callmanager.models import DialCodeSettings
from callmanager.selectors.dial_codes import (
    dial_code_settings_get,
    dial_codes_of,
    is_a_number,
    taken_codes,
)
from callmanager.services.extension_numbers import ExtensionNumberChecks
from callmanager.services.routing_guard import routing_guarded

# None: as the profile has it. Nothing in it: the feature can't be dialled.
WantedCodes = Mapping[str, Sequence[str] | None]


@routing_guarded
def dial_codes_set(
    *,
    profile: str | None = None,
    codes: WantedCodes | None = None,
    forgets_own: bool = False,
    is_monitoring_enabled: bool | None = None,
    park_slots: int | None = None,
    park_timeout_s: int | None = None,
    return_ring_s: int | None = None,
    is_blf_enabled: bool | None = None,
) -> DialCodeSettings:
    """What is left out stays; `forgets_own` begins with nothing but the profile. Problems stand beside their kind."""
    settings = dial_code_settings_get()
    before = dial_codes_of(settings)
    if profile is not None:
        settings.profile = profile
    if is_monitoring_enabled is not None:
        settings.is_monitoring_enabled = is_monitoring_enabled
    if park_slots is not None:
        settings.park_slots = park_slots
    if park_timeout_s is not None:
        settings.park_timeout_s = park_timeout_s
    if return_ring_s is not None:
        settings.return_ring_s = return_ring_s
    if is_blf_enabled is not None:
        settings.is_blf_enabled = is_blf_enabled
    own = {} if forgets_own else dict(settings.own_codes)
    settings.full_clean()
    for name, texts in (codes or {}).items():
        kind = _kind(name)
        if texts is None:
            own.pop(kind.value, None)
            continue
        wanted = _codes(kind, texts)
        if wanted == FEATURE_OF[kind].codes_of(DialProfile(settings.profile)):
            own.pop(kind.value, None)
        else:
            own[kind.value] = list(wanted)
    settings.own_codes = own
    _check(dial_codes_of(settings), before)
    settings.save()
    return settings


def _kind(name: str) -> DialKind:
    try:
        kind = DialKind(name)
    except ValueError:
        kind = None
    if kind not in WORKING:
        raise ValidationError({name: ValidationError("There is no such feature to dial.", code="not_found")})
    return kind


def _codes(kind: DialKind, texts: Sequence[str]) -> tuple[str, ...]:
    try:
        wanted = tuple(dict.fromkeys(read_code(kind, text) for text in texts))
    except DialCodeError as error:
        raise ValidationError({kind.value: ValidationError(str(error), code=error.code)}) from error
    if len(wanted) > CODES_EACH_MAX:
        message = f"{CODES_EACH_MAX} codes for one feature at most."
        raise ValidationError({kind.value: ValidationError(message, code="limit")})
    return wanted


def _check(codes: DialCodes, before: DialCodes) -> None:
    if (conflict := find_conflict(codes.codes)) is not None:
        known = set(before.codes)
        # Beside the one that was changed.
        new, other = conflict if conflict[1] in known else reversed(conflict)
        message = f"{new.code} and {other.code} of “{FEATURE_OF[other.kind].name}” could not be told apart."
        raise _refused(new, message, "code_conflict")
    checks, taken = ExtensionNumberChecks.read(), taken_codes(codes)
    for one in codes.codes:
        if one in before.codes or not is_a_number(FEATURE_OF[one.kind].shape):
            continue
        if checks.is_emergency(one.code):
            raise _refused(one, f"{one.code} calls for help in an emergency.", "emergency_number")
        if one.code in taken:
            what = checks.services.get(one.code, "an extension")
            raise _refused(one, f"{one.code} is {what}.", "taken")


def _refused(code: DialCode, message: str, reason: str) -> ValidationError:
    return ValidationError({code.kind.value: ValidationError(message, code=reason)})
