"""The table of what can be dialled to use the system itself, with the codes that tenants begin with.

A feature that is ready to be dialled stands in `WORKING`; the codes of the others are kept and mean nothing yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DialKind(StrEnum):
    """What a code is for."""

    VOICEMAIL = "voicemail"
    LEAVE_MESSAGE = "leave_message"
    ECHO_TEST = "echo_test"
    TONE_TEST = "tone_test"
    PAGE = "page"
    PICKUP = "pickup"
    PICKUP_HELD = "pickup_held"
    GROUP_PICKUP = "group_pickup"
    PARK = "park"
    RETRIEVE = "retrieve"
    MONITOR = "monitor"
    RECORD = "record"
    PAUSE_RECORDING = "pause_recording"
    DO_NOT_DISTURB_ON = "do_not_disturb_on"
    DO_NOT_DISTURB_OFF = "do_not_disturb_off"
    STATUS_AVAILABLE = "status_available"
    STATUS_AWAY = "status_away"
    STATUS_LUNCH = "status_lunch"
    STATUS_BUSINESS_TRIP = "status_business_trip"
    FORWARD_ALWAYS_ON = "forward_always_on"
    FORWARD_ALWAYS_OFF = "forward_always_off"
    FORWARD_BUSY_ON = "forward_busy_on"
    FORWARD_BUSY_OFF = "forward_busy_off"
    FORWARD_NO_ANSWER_ON = "forward_no_answer_on"
    FORWARD_NO_ANSWER_OFF = "forward_no_answer_off"
    FORWARD_OFFLINE_ON = "forward_offline_on"
    FORWARD_OFFLINE_OFF = "forward_offline_off"
    RECORD_PROMPT = "record_prompt"
    QUEUE_SIGN_IN = "queue_sign_in"
    QUEUE_SIGN_OUT = "queue_sign_out"


class Shape(StrEnum):
    """How a code is dialled. `during_call`: as tones while talking, so that no number is ever read by it."""

    ALONE = "alone"
    NUMBER = "number"
    NUMBER_OR_ALONE = "number_or_alone"
    STAR_NUMBERS = "star_numbers"
    STAR_NUMBER_OR_ALONE = "star_number_or_alone"
    DURING_CALL = "during_call"


class DialProfile(StrEnum):
    """Where a tenant's codes begin: `manual` has those of the reference manual, `modern` those that most systems
    have; what the manual knows no code for is the same in both."""

    MANUAL = "manual"
    MODERN = "modern"


@dataclass(frozen=True, slots=True)
class DialFeature:
    """One row of the table. `does` says to people what they get, `example` how it is dialled behind the code."""

    kind: DialKind
    name: str
    does: str
    shape: Shape
    modern: tuple[str, ...]
    manual: tuple[str, ...] | None = None
    example: str = ""

    def codes_of(self, profile: DialProfile) -> tuple[str, ...]:
        if profile is DialProfile.MANUAL and self.manual is not None:
            return self.manual
        return self.modern


def _forward(kind: DialKind, when: str, code: str, *, is_on: bool) -> DialFeature:
    if is_on:
        does = f"Sends your calls {when} to the number dialled behind it"
        does += "." if kind is DialKind.FORWARD_OFFLINE_ON else ", while your status is what it is now."
        return DialFeature(kind, f"Forward {when}", does, Shape.NUMBER, (code,), example="102")
    does = f"Takes back the forwarding {when}."
    return DialFeature(kind, f"No forwarding {when}", does, Shape.ALONE, (code,))


def _status(kind: DialKind, name: str, code: str) -> DialFeature:
    return DialFeature(kind, f"Status {name}", f"Sets your status to {name.lower()}.", Shape.ALONE, (code,))


K, S = DialKind, Shape
FEATURES: tuple[DialFeature, ...] = (
    DialFeature(
        K.VOICEMAIL,
        "Voicemail",
        "Plays the messages that were left for you, and asks for the PIN of the mailbox if that is set.",
        S.ALONE,
        ("*97",),
        ("999", "*97"),
    ),
    DialFeature(
        K.LEAVE_MESSAGE,
        "Leave a message",
        "Goes straight to the mailbox of an extension, whose phones do not ring.",
        S.NUMBER,
        ("*55",),
        example="102",
    ),
    DialFeature(
        K.ECHO_TEST,
        "Echo test",
        "Sends your own voice back: proves sound in both directions.",
        S.ALONE,
        ("*43",),
    ),
    DialFeature(
        K.TONE_TEST,
        "Tone test",
        "Plays a steady tone: proves that sound reaches you.",
        S.ALONE,
        ("*44",),
    ),
    DialFeature(
        K.PAGE,
        "Paging and intercom",
        "Speaks from the loudspeakers of an extension or a paging group.",
        S.NUMBER,
        ("*80",),
        ("*11",),
        "101",
    ),
    DialFeature(
        K.PICKUP,
        "Pick up a ringing call",
        "Takes the call that rings at an extension; if none rings, one that it holds.",
        S.NUMBER,
        ("**",),
        ("**",),
        "101",
    ),
    DialFeature(
        K.PICKUP_HELD,
        "Pick up a held call",
        "Takes the call that an extension holds.",
        S.NUMBER,
        ("##",),
        ("##",),
        "101",
    ),
    DialFeature(
        K.GROUP_PICKUP,
        "Pick up in the group",
        "Takes a call that rings at somebody of your groups.",
        S.ALONE,
        ("*8",),
    ),
    DialFeature(
        K.PARK,
        "Park a call",
        "Puts the call that you hold, or one that is transferred here, on a free place or the one dialled behind it.",
        S.NUMBER_OR_ALONE,
        ("*68",),
        example="1",
    ),
    DialFeature(
        K.RETRIEVE, "Retrieve a parked call", "Takes it back from its place.", S.NUMBER, ("*88",), example="1"
    ),
    DialFeature(
        K.MONITOR,
        "Monitor",
        "Listens to the call of an extension; with *2 behind it whispers to the extension, with *3 joins the call, "
        "with *4 takes the extension's place.",
        S.STAR_NUMBERS,
        ("*63",),
        ("888",),
        "*103*2",
    ),
    DialFeature(
        K.RECORD, "Record", "Starts and stops the recording, dialled during a call.", S.DURING_CALL, ("*1",)
    ),
    DialFeature(
        K.PAUSE_RECORDING,
        "Pause the recording",
        "Pauses and resumes it, dialled during a call.",
        S.DURING_CALL,
        ("*2",),
    ),
    DialFeature(
        K.DO_NOT_DISTURB_ON,
        "Do not disturb",
        "Sets your status to do not disturb.",
        S.ALONE,
        ("*78",),
    ),
    DialFeature(
        K.DO_NOT_DISTURB_OFF,
        "Do not disturb off",
        "Sets your status to available.",
        S.ALONE,
        ("*79",),
    ),
    _status(K.STATUS_AVAILABLE, "Available", "*771"),
    _status(K.STATUS_AWAY, "Away", "*772"),
    _status(K.STATUS_LUNCH, "Lunch", "*773"),
    _status(K.STATUS_BUSINESS_TRIP, "Business trip", "*774"),
    _forward(K.FORWARD_ALWAYS_ON, "always", "*72", is_on=True),
    _forward(K.FORWARD_ALWAYS_OFF, "always", "*73", is_on=False),
    _forward(K.FORWARD_BUSY_ON, "when busy", "*90", is_on=True),
    _forward(K.FORWARD_BUSY_OFF, "when busy", "*91", is_on=False),
    _forward(K.FORWARD_NO_ANSWER_ON, "when unanswered", "*92", is_on=True),
    _forward(K.FORWARD_NO_ANSWER_OFF, "when unanswered", "*93", is_on=False),
    _forward(K.FORWARD_OFFLINE_ON, "when offline", "*94", is_on=True),
    _forward(K.FORWARD_OFFLINE_OFF, "when offline", "*95", is_on=False),
    DialFeature(
        K.RECORD_PROMPT,
        "Record a receptionist's prompt",
        "Asks for the receptionist's PIN and records its prompt; with *2 behind it the one outside of office hours, "
        "with *3 the one when the call is transferring.",
        S.STAR_NUMBERS,
        ("*56",),
        example="*800",
    ),
    DialFeature(
        K.QUEUE_SIGN_IN,
        "Sign in at queues",
        "Makes you ready for calls of the queue dialled behind it, or of all your queues.",
        S.STAR_NUMBER_OR_ALONE,
        ("*38",),
        ("*51",),
        "*8000",
    ),
    DialFeature(
        K.QUEUE_SIGN_OUT,
        "Sign out of queues",
        "Ends that.",
        S.STAR_NUMBER_OR_ALONE,
        ("*39",),
        ("*52",),
        "*8000",
    ),
)
FEATURE_OF: Mapping[DialKind, DialFeature] = {feature.kind: feature for feature in FEATURES}

# What can be dialled today; whoever finishes a feature adds its kind.
WORKING: frozenset[DialKind] = frozenset(
    {
        DialKind.VOICEMAIL,
        DialKind.LEAVE_MESSAGE,
        DialKind.ECHO_TEST,
        DialKind.TONE_TEST,
        DialKind.PAGE,
        DialKind.MONITOR,
        DialKind.PICKUP,
        DialKind.PICKUP_HELD,
        DialKind.GROUP_PICKUP,
        DialKind.PARK,
        DialKind.RETRIEVE,
        DialKind.RECORD,
        DialKind.PAUSE_RECORDING,
        DialKind.DO_NOT_DISTURB_ON,
        DialKind.DO_NOT_DISTURB_OFF,
        DialKind.STATUS_AVAILABLE,
        DialKind.STATUS_AWAY,
        DialKind.STATUS_LUNCH,
        DialKind.STATUS_BUSINESS_TRIP,
        DialKind.FORWARD_ALWAYS_ON,
        DialKind.FORWARD_ALWAYS_OFF,
        DialKind.FORWARD_BUSY_ON,
        DialKind.FORWARD_BUSY_OFF,
        DialKind.FORWARD_NO_ANSWER_ON,
        DialKind.FORWARD_NO_ANSWER_OFF,
        DialKind.FORWARD_OFFLINE_ON,
        DialKind.FORWARD_OFFLINE_OFF,
        DialKind.RECORD_PROMPT,
        DialKind.QUEUE_SIGN_IN,
        DialKind.QUEUE_SIGN_OUT,
    }
)
