"""A tenant's dial codes: how a dialled string is read by them, and which codes can't be beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from callmanager.domain.dial_features import FEATURE_OF, FEATURES, WORKING, DialFeature, DialProfile, Shape
from callmanager.domain.dial_features import DialKind as DialKind

CODES_EACH_MAX = 3
PARK_SLOTS, PARK_TIMEOUT_S = 20, 60
# How long who transferred or parked a call is rung when nothing came of it.
RETURN_RING_S = 30
# The digits of an extension, a queue or a number outside; never a star, so that codes stay apart from what follows.
_ARGUMENT = re.compile(r"\+?[0-9A-Za-z._-]{1,40}")
_STAR_CODE = re.compile(r"[*#]{1,3}[0-9]{0,4}")
_PLAIN_CODE = re.compile(r"[0-9]{2,7}")
_LENGTH = range(2, 8)
_PLAIN_SHAPES = (Shape.ALONE, Shape.STAR_NUMBERS, Shape.STAR_NUMBER_OR_ALONE)
_MAY_STAND_ALONE = (Shape.ALONE, Shape.NUMBER_OR_ALONE, Shape.STAR_NUMBER_OR_ALONE)


class DialCodeError(ValueError):
    """A code that can't be one. `kind` is whose it was to be."""

    def __init__(self, kind: DialKind, code: str, message: str) -> None:
        super().__init__(message)
        self.kind, self.code = kind, code


@dataclass(frozen=True, slots=True)
class DialCode:
    kind: DialKind
    code: str


@dataclass(frozen=True, slots=True)
class Dialled:
    """What was meant. `more` is what stands behind a second star, as the 2 of `888*103*2`."""

    kind: DialKind
    argument: str = ""
    more: str = ""


def read_code(kind: DialKind, text: str) -> str:
    """The code as it is dialled; raises DialCodeError."""
    code = text.strip()
    if len(code) not in _LENGTH:
        raise DialCodeError(kind, "code_length", f"“{code}” is too short or too long: 2 to 7 characters.")
    if _STAR_CODE.fullmatch(code):
        return code
    if not _PLAIN_CODE.fullmatch(code):
        message = f"“{code}” is no dial code: up to three * or #, then up to four digits; or digits alone."
        raise DialCodeError(kind, "code_format", message)
    if FEATURE_OF[kind].shape not in _PLAIN_SHAPES:
        message = f"“{code}” must begin with * or #, because other numbers could begin with it."
        raise DialCodeError(kind, "code_format", message)
    return code


def find_conflict(codes: Iterable[DialCode]) -> tuple[DialCode, DialCode] | None:
    """Two codes by which one and the same dialled string could be read."""
    known = tuple(codes)
    for place, one in enumerate(known):
        for other in known[place + 1 :]:
            if _is_ambiguous(one, other) or _is_ambiguous(other, one):
                return one, other
    return None


def _is_ambiguous(one: DialCode, other: DialCode) -> bool:
    """Whether something that `one` takes begins with `one.code` and is read by `other`, too."""
    shape, other_shape = FEATURE_OF[one.kind].shape, FEATURE_OF[other.kind].shape
    if (shape is Shape.DURING_CALL) is not (other_shape is Shape.DURING_CALL):
        return False
    if one.code == other.code:
        return True
    if not other.code.startswith(one.code):
        return False
    rest = other.code[len(one.code) :]
    if shape is Shape.DURING_CALL:
        # Tones come one by one: the shorter one would never let the longer one happen.
        return True
    if shape in (Shape.NUMBER, Shape.NUMBER_OR_ALONE):
        return rest[0].isdigit()
    if shape in (Shape.STAR_NUMBERS, Shape.STAR_NUMBER_OR_ALONE):
        return rest == "*" or (rest[0] == "*" and rest[1].isdigit())
    return False


@dataclass(frozen=True, slots=True)
class DialCodes:
    """A tenant's codes. `during_call` are those that are dialled as tones while talking.

    Monitoring has a switch of its own, because it is a matter of law and not only of numbers.
    """

    codes: tuple[DialCode, ...]
    is_monitoring_enabled: bool = False
    park_slots: int = PARK_SLOTS
    park_timeout_s: int = PARK_TIMEOUT_S
    return_ring_s: int = RETURN_RING_S
    during_call: dict[str, DialKind] = field(init=False, repr=False, compare=False, default_factory=dict)
    _alone: dict[str, DialKind] = field(init=False, repr=False, compare=False, default_factory=dict)
    _begun: dict[str, DialFeature] = field(init=False, repr=False, compare=False, default_factory=dict)
    _lengths: list[int] = field(init=False, repr=False, compare=False, default_factory=list)

    def __post_init__(self) -> None:
        for one in self.codes:
            feature = FEATURE_OF[one.kind]
            if one.kind not in WORKING:
                continue
            if feature.shape is Shape.DURING_CALL:
                self.during_call.setdefault(one.code, one.kind)
                continue
            if feature.shape in _MAY_STAND_ALONE:
                self._alone.setdefault(one.code, one.kind)
            if feature.shape is not Shape.ALONE:
                self._begun.setdefault(one.code, feature)
        self._lengths.extend(sorted({len(code) for code in self._begun}, reverse=True))

    def read(self, dialled: str) -> Dialled | None:
        """What is meant by it; None: no code of this tenant."""
        if (kind := self._alone.get(dialled)) is not None:
            return Dialled(kind)
        for length in self._lengths:
            feature = self._begun.get(dialled[:length])
            if feature is not None and (found := _read_behind(feature, dialled[length:])) is not None:
                return found
        return None

    def codes_of(self, kind: DialKind) -> tuple[str, ...]:
        return tuple(one.code for one in self.codes if one.kind is kind)

    def working(self) -> Iterator[tuple[DialFeature, tuple[str, ...]]]:
        """In the table's order, what can be dialled and by which codes; a feature without a code is not told."""
        for feature in FEATURES:
            codes = self.codes_of(feature.kind)
            is_off = feature.kind is DialKind.MONITOR and not self.is_monitoring_enabled
            if codes and feature.kind in WORKING and not is_off:
                yield feature, codes


def _read_behind(feature: DialFeature, rest: str) -> Dialled | None:
    if feature.shape in (Shape.NUMBER, Shape.NUMBER_OR_ALONE):
        return Dialled(feature.kind, rest) if _ARGUMENT.fullmatch(rest) else None
    if rest == "*" and feature.shape is Shape.STAR_NUMBER_OR_ALONE:
        return Dialled(feature.kind)
    parts = rest.split("*")
    most = 3 if feature.shape is Shape.STAR_NUMBERS else 2
    if not 2 <= len(parts) <= most or parts[0] or not all(map(_ARGUMENT.fullmatch, parts[1:])):
        return None
    return Dialled(feature.kind, *parts[1:])


def profile_codes(
    profile: DialProfile,
    own: Mapping[DialKind, Iterable[str]] | None = None,
    *,
    is_monitoring_enabled: bool = False,
) -> DialCodes:
    """The profile's codes, except for kinds that have codes of their own (none at all, too)."""
    own = own or {}
    return DialCodes(
        tuple(
            DialCode(feature.kind, code)
            for feature in FEATURES
            for code in own.get(feature.kind, feature.codes_of(profile))
        ),
        is_monitoring_enabled,
    )


MANUAL_CODES = profile_codes(DialProfile.MANUAL)


def stored_codes(
    profile: str, own: Mapping[str, Iterable[str]], *, is_monitoring_enabled: bool = False
) -> DialCodes:
    """As they are stored; kinds that another version knew are passed over."""
    known = {DialKind(kind): tuple(codes) for kind, codes in own.items() if kind in set(DialKind)}
    return profile_codes(DialProfile(profile), known, is_monitoring_enabled=is_monitoring_enabled)
