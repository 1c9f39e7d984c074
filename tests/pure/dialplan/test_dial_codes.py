"""Dial codes: the manual's own, how dialled strings are read, and which codes exclude each other."""

from __future__ import annotations

import pytest

from callmanager.domain import dial_codes
from callmanager.domain.dial_codes import (
    MANUAL_CODES,
    DialCode,
    DialCodeError,
    DialCodes,
    Dialled,
    find_conflict,
    profile_codes,
    read_code,
    stored_codes,
)
from callmanager.domain.dial_features import FEATURE_OF, FEATURES, WORKING, DialKind, DialProfile, Shape
from callmanager.domain.plain_rows import from_plain, to_plain

K = DialKind


@pytest.fixture
def all_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every feature were ready."""
    monkeypatch.setattr(dial_codes, "WORKING", frozenset(DialKind))


# Every code that the reference manual names, as it is dialled there.
MANUAL = {
    "999": Dialled(K.VOICEMAIL),
    "*97": Dialled(K.VOICEMAIL),
    "*55102": Dialled(K.LEAVE_MESSAGE, "102"),
    "*55": None,
    "*43": Dialled(K.ECHO_TEST),
    "*11101": Dialled(K.PAGE, "101"),
    "**101": Dialled(K.PICKUP, "101"),
    "##101": Dialled(K.PICKUP_HELD, "101"),
    "888*103": Dialled(K.MONITOR, "103"),
    "888*103*1": Dialled(K.MONITOR, "103", "1"),
    "888*103*4": Dialled(K.MONITOR, "103", "4"),
    "*51": Dialled(K.QUEUE_SIGN_IN),
    "*51*": Dialled(K.QUEUE_SIGN_IN),
    "*51*8000": Dialled(K.QUEUE_SIGN_IN, "8000"),
    "*52*8000": Dialled(K.QUEUE_SIGN_OUT, "8000"),
    "*68": Dialled(K.PARK),
    "*681": Dialled(K.PARK, "1"),
    "*72+4930123456": Dialled(K.FORWARD_ALWAYS_ON, "+4930123456"),
    "*78": Dialled(K.DO_NOT_DISTURB_ON),
    "*774": Dialled(K.STATUS_BUSINESS_TRIP),
    # Nothing of that is a code.
    "888": None,
    "888*": None,
    "888*103*": None,
    "888**103": None,
    "888*103*2*3": None,
    "**": None,
    "***101": None,
    "*51*8000*1": None,
    "*510": None,
    "*1": None,
    "101": None,
    "": None,
    "*78 ": None,
    "*11101;x": None,
}


@pytest.mark.usefixtures("all_work")
@pytest.mark.parametrize(("dialled", "meant"), MANUAL.items())
def test_the_manuals_codes_are_read_literally(dialled: str, meant: Dialled | None) -> None:
    assert profile_codes(DialProfile.MANUAL).read(dialled) == meant


@pytest.mark.usefixtures("all_work")
@pytest.mark.parametrize(
    ("dialled", "meant"),
    [
        ("*97", Dialled(K.VOICEMAIL)),
        ("999", None),
        ("*80101", Dialled(K.PAGE, "101")),
        ("*8", Dialled(K.GROUP_PICKUP)),
        ("*63*103*2", Dialled(K.MONITOR, "103", "2")),
        ("*38*8000", Dialled(K.QUEUE_SIGN_IN, "8000")),
    ],
)
def test_the_modern_profile_has_the_usual_star_codes(dialled: str, meant: Dialled | None) -> None:
    assert profile_codes(DialProfile.MODERN).read(dialled) == meant


@pytest.mark.usefixtures("all_work")
def test_tones_of_a_call_are_told_apart_from_what_is_dialled() -> None:
    codes = profile_codes(DialProfile.MANUAL)
    assert codes.during_call == {"*1": K.RECORD, "*2": K.PAUSE_RECORDING}
    assert codes.read("*1") is None


@pytest.mark.parametrize("profile", DialProfile)
def test_a_profile_knows_every_kind_and_contradicts_itself_nowhere(profile: DialProfile) -> None:
    codes = profile_codes(profile)
    assert {one.kind for one in codes.codes} == set(DialKind)
    assert find_conflict(codes.codes) is None
    assert all(read_code(one.kind, one.code) == one.code for one in codes.codes)


def _is_dialled(kind: DialKind) -> bool:
    return FEATURE_OF[kind].shape is not Shape.DURING_CALL


def test_what_does_not_work_yet_means_nothing() -> None:
    waiting = next((kind for kind in DialKind if kind not in WORKING and _is_dialled(kind)), None)
    if waiting is None:
        return
    code = FEATURE_OF[waiting].codes_of(DialProfile.MANUAL)[0]
    assert all(MANUAL_CODES.read(f"{code}{behind}") is None for behind in ("", "101", "*101"))
    assert waiting not in {feature.kind for feature, _ in MANUAL_CODES.working()}


def test_own_codes_go_before_the_profiles_and_none_switches_off() -> None:
    codes = stored_codes("manual", {"voicemail": ["1571", "*98"], "echo_test": [], "of_tomorrow": ["*9"]})
    assert codes.codes_of(K.VOICEMAIL) == ("1571", "*98")
    assert (codes.read("1571"), codes.read("999")) == (Dialled(K.VOICEMAIL), None)
    assert codes.read("*43") is None
    assert codes.read("*44") == Dialled(K.TONE_TEST)


def test_a_copy_on_disk_is_read_the_same() -> None:
    again = from_plain(DialCodes, to_plain(MANUAL_CODES))
    assert again == MANUAL_CODES
    assert again.read("*43") == Dialled(K.ECHO_TEST)


@pytest.mark.parametrize(
    ("one", "other", "is_ambiguous"),
    [
        ((K.VOICEMAIL, "*43"), (K.ECHO_TEST, "*43"), True),
        ((K.PAGE, "*1"), (K.ECHO_TEST, "*11"), True),
        ((K.PAGE, "*11"), (K.PICKUP, "*1"), True),
        ((K.PARK, "*6"), (K.ECHO_TEST, "*68"), True),
        ((K.PICKUP, "**"), (K.PICKUP_HELD, "***"), False),
        ((K.PICKUP, "**"), (K.ECHO_TEST, "**5"), True),
        ((K.GROUP_PICKUP, "*8"), (K.PAGE, "*80"), False),
        ((K.MONITOR, "888"), (K.VOICEMAIL, "8888"), False),
        ((K.MONITOR, "*8"), (K.QUEUE_SIGN_IN, "*88"), False),
        ((K.RECORD, "*1"), (K.PAGE, "*1"), False),
        ((K.RECORD, "*1"), (K.PAUSE_RECORDING, "*12"), True),
    ],
)
def test_codes_that_could_not_be_told_apart_are_found(
    one: tuple[DialKind, str], other: tuple[DialKind, str], is_ambiguous: bool
) -> None:
    codes = DialCode(*one), DialCode(*other)
    assert (find_conflict(codes) is not None) is is_ambiguous
    assert (find_conflict(reversed(codes)) is not None) is is_ambiguous


@pytest.mark.usefixtures("all_work")
@pytest.mark.parametrize("profile", DialProfile)
def test_without_a_conflict_nothing_is_read_in_two_ways(profile: DialProfile) -> None:
    """Each code read by itself and by all together means the same."""
    behind = ("", "1", "101", "*101", "*101*2", "+49", "*")
    together = profile_codes(profile)
    for one in together.codes:
        alone = DialCodes((one,))
        for rest in behind:
            if (meant := alone.read(one.code + rest)) is not None:
                assert together.read(one.code + rest) == meant


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (K.VOICEMAIL, "1", "code_length"),
        (K.VOICEMAIL, "12345678", "code_length"),
        (K.VOICEMAIL, "", "code_length"),
        (K.VOICEMAIL, "9 9", "code_format"),
        (K.VOICEMAIL, "****1", "code_format"),
        (K.VOICEMAIL, "9*9", "code_format"),
        (K.VOICEMAIL, "abc", "code_format"),
        (K.VOICEMAIL, "٩٩٩", "code_format"),
        (K.PAGE, "11", "code_format"),
        (K.RECORD, "11", "code_format"),
    ],
)
def test_what_can_be_no_code_is_refused(kind: DialKind, text: str, reason: str) -> None:
    with pytest.raises(DialCodeError) as refused:
        read_code(kind, text)
    assert (refused.value.kind, refused.value.code) == (kind, reason)


def test_every_kind_has_its_row_and_examples_fit() -> None:
    assert {feature.kind for feature in FEATURES} == set(DialKind)
    for feature in FEATURES:
        must_have = feature.shape in (Shape.NUMBER, Shape.STAR_NUMBERS)
        assert not must_have or feature.example, feature
