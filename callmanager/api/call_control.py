"""What REST says to and hears from call control: the fields, the errors, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework import exceptions, serializers, status
from rest_framework.request import Request

from callmanager.domain.live_call import CallSide
from callmanager.domain.recording import RecordingStep
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.services.call_control import CallNotChosen, Controller, NotYourCall
from callmanager.services.live_call import CommandRefused, LiveCallNotFound, WorkerUnavailable
from tenants.api.access import actor_of, tenant_of
from tenants.models import Role

SIDES = [(side.value, side.value) for side in CallSide]
ONE_OR_BOTH = [*SIDES, ("both", "both")]
OF_AN_ARGUMENT = "argument_"


class Unavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = "Not possible at the moment."


class Refused(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


def controller_of(request: Request) -> Controller:
    tenant, actor = tenant_of(request), actor_of(request)
    if actor.role == Role.EXTENSION:
        return Controller.of_extension(tenant, actor.user.extension_number)
    return Controller(tenant)


@contextmanager
def control_errors(of: str = "") -> Iterator[None]:
    """`of` says whose calls were looked through, where the address names no call."""
    try:
        yield
    except LiveCallNotFound as error:
        raise exceptions.NotFound(f"{of} is in no such call." if of else "No such call.") from error
    except NotYourCall as error:
        raise exceptions.PermissionDenied(str(error)) from error
    except CallNotChosen as error:
        raise Refused(str(error), code=error.code) from error
    except (WorkerUnavailable, LiveCallsUnavailable) as error:
        raise Unavailable(str(error)) from error
    except CommandRefused as error:
        if error.code.startswith(OF_AN_ARGUMENT):
            field, _, message = str(error).partition(": ")
            raise exceptions.ValidationError({field: message}, code=error.code) from error
        raise Refused(str(error), code=error.code) from error


class SideSerializer(serializers.Serializer[Any]):
    """`side`: for whom this is done. An extension acts for itself, everybody else has to say."""

    side = serializers.ChoiceField(choices=SIDES, required=False, default="")


class HoldSerializer(SideSerializer):
    """`side` holds the call, or goes on with it; the other side hears music."""

    is_held = serializers.BooleanField(required=False, default=True)


class MuteSerializer(SideSerializer):
    """`side` is not heard by the other one, or heard again."""

    is_muted = serializers.BooleanField(required=False, default=True)


class PlaySerializer(serializers.Serializer[Any]):
    """`side` hears these files over the conversation, once, one after the other."""

    side = serializers.ChoiceField(choices=ONE_OR_BOTH, required=False, default="both")
    music_files = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=20,
        help_text="Ids of /api/music_files.",
    )


class StopPlaySerializer(serializers.Serializer[Any]):
    side = serializers.ChoiceField(choices=ONE_OR_BOTH, required=False, default="both")


class RecordSerializer(serializers.Serializer[Any]):
    """A recording that the company, a trunk or an extension's setting began is not stopped by an extension."""

    step = serializers.ChoiceField(choices=[(step.value, step.value) for step in RecordingStep])


class RedirectSerializer(serializers.Serializer[Any]):
    """One of the two. `redirect_to` is whatever people of the company dial: an extension, a group, a receptionist, a
    queue, a number outside; `voicemail` an extension, in whose mailbox the caller leaves a message."""

    redirect_to = serializers.RegexField(r"\A[0-9*#+]{1,64}\Z", required=False, default="")
    voicemail = serializers.RegexField(r"\A[0-9]{1,32}\Z", required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["redirect_to"]) is bool(attrs["voicemail"]):
            raise serializers.ValidationError(
                {"redirect_to": "Either redirect_to or voicemail."}, code="one_of_two"
            )
        return attrs


class RedirectDoneSerializer(serializers.Serializer[Any]):
    """`number` is where it rings now: elsewhere than asked for where that is forwarded."""

    session_id = serializers.CharField()
    number = serializers.CharField()


class AnswerSerializer(serializers.Serializer[Any]):
    """`extension_number` is whose telephone answers; needed only where it rings at several."""

    extension_number = serializers.RegexField(r"\A[0-9]{1,32}\Z", required=False, default="")


class AnswerDoneSerializer(serializers.Serializer[Any]):
    """Whose telephone has answered."""

    session_id = serializers.CharField()
    extension_number = serializers.CharField()


class RecordDoneSerializer(serializers.Serializer[Any]):
    session_id = serializers.CharField()
    step = serializers.CharField()


class DigitsSerializer(serializers.Serializer[Any]):
    """`side` hears the tones (RFC 4733); without, the other side of who asks."""

    digits = serializers.RegexField(r"\A[0-9A-D*#]{1,64}\Z", help_text="0 to 9, A to D, * and #; 64 at most.")
    side = serializers.ChoiceField(choices=SIDES, required=False, default="")
    duration_ms = serializers.IntegerField(min_value=40, max_value=2000, required=False, default=160)


class CommandDoneSerializer(serializers.Serializer[Any]):
    """The call it was done to, and for which side."""

    session_id = serializers.CharField()
    side = serializers.CharField()


class ExtensionCallSerializer(serializers.Serializer[Any]):
    """`session_id` is needed only where the extension has several calls that could be meant."""

    extension_number = serializers.RegexField(r"\A[0-9]{1,32}\Z")
    session_id = serializers.RegexField(r"\A[A-Za-z0-9._@:-]{1,128}\Z", required=False, default="")


class ExtensionHoldSerializer(ExtensionCallSerializer):
    is_held = serializers.BooleanField(required=False, default=True, help_text="false: go on with the call.")


class CallCreateSerializer(serializers.Serializer[Any]):
    """`caller` is an extension, whose rights count; an extension may leave it out and means itself."""

    caller = serializers.RegexField(r"\A[0-9]{1,32}\Z", required=False, default="")
    callee = serializers.RegexField(
        r"\A[0-9*#+]{1,64}\Z",
        help_text="Whatever the caller could dial: an extension, a group, a number outside.",
    )
    ring_timeout_s = serializers.IntegerField(
        min_value=5, max_value=120, required=False, default=30, help_text="How long the caller's phone rings."
    )
    is_auto_answered = serializers.BooleanField(
        required=False, default=False, help_text="Ask the caller's phone to go off the hook by itself."
    )
    request_id = serializers.RegexField(
        r"\A[\x21-\x7e]{1,128}\Z",
        required=False,
        default="",
        help_text="A word of your own that the events of this call repeat.",
    )


class CallCreatedSerializer(serializers.Serializer[Any]):
    """`session_id` names the call in the list of running calls, in its events and in its record."""

    session_id = serializers.CharField()
    caller = serializers.CharField()
    callee = serializers.CharField()
    request_id = serializers.CharField()


NUMBER = r"\A[0-9*#+]{1,64}\Z"
SESSION_ID = r"\A[A-Za-z0-9._@:-]{1,128}\Z"


class ReferSerializer(SideSerializer):
    """`side` is the extension that transfers the call; whom it talks with gets connected with `refer_to`."""

    refer_to = serializers.RegexField(NUMBER, help_text="A number, as if the extension dialled it itself.")


class AttendedReferSerializer(SideSerializer):
    """`side` is the extension that transfers, and that talks in the other call, too."""

    refer_to_session_id = serializers.RegexField(SESSION_ID, help_text="The other call of that extension.")


class ExtensionReferSerializer(ExtensionCallSerializer):
    refer_to = serializers.RegexField(NUMBER, help_text="A number, as if the extension dialled it itself.")


class ExtensionAttendedReferSerializer(ExtensionCallSerializer):
    """Whom the extension talks with in its two calls talk to each other; it leaves both.

    Without `session_id` it is the one that it holds, without `refer_to_session_id` its only other one.
    """

    refer_to_session_id = serializers.RegexField(SESSION_ID, required=False, default="")
