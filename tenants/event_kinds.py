"""The single events that a tenant may be told of by event URLs, by topic.

Calls have the names that the event socket uses; a phone's coming and going are two events, as their `event_type` says.
"""

from __future__ import annotations

from collections.abc import Mapping

CDR, EXTENSION = "cdr", "extension"

# Topic -> name of the event -> in words.
EVENT_KINDS: Mapping[str, Mapping[str, str]] = {
    CDR: {"call_cdr": "A call has ended: its record"},
    EXTENSION: {
        "extension_registered": "A phone has registered",
        "extension_unregistered": "A phone has left, or its registration has expired",
        "extension_presence": "Somebody has changed the status",
        "call_start": "A call starts",
        "caller_answered": "Who was to call by a request has answered; now the other side is called",
        "call_established": "A call was answered",
        "call_hold": "A call was put on hold",
        "call_unhold": "A call goes on after hold",
        "call_mute": "One side of a call was muted by a request",
        "call_unmute": "A side of a call is heard again",
        "call_reroute": "A call was sent to another target",
        "transfer_started": "A call is being transferred",
        "transfer_failed": "A transfer came to nothing",
        "call_transferred": "A call was transferred",
        "call_joined": "Somebody came into a call from another one",
        "call_moved": "Somebody left a call for another one",
        "menu_chosen": "A caller pressed something at a virtual receptionist",
        "queue_entered": "A caller waits in a queue",
        "queue_sla_breached": "A caller waits in a queue for longer than its service level allows",
        "queue_left": "A caller waits in a queue no longer",
        "queue_agent_state": "An agent signed in to a queue, signed out, paused or came back",
        "queue_called_back": "An agent calls somebody back who did not want to wait in a queue, or nobody will",
        "conference_started": "A conference began",
        "conference_joined": "Somebody came into a conference",
        "conference_muted": "Somebody in a conference, or all of it, was muted or can be heard again",
        "conference_locked": "A conference was locked or opened",
        "conference_left": "Somebody left a conference",
        "conference_ended": "A conference is over",
        "call_noanswer": "Nobody answered a call",
        "call_fail": "A call has failed",
        "call_ended": "A call has ended",
        "voicemail_started": "A caller begins to leave a message",
        "voicemail_marked": "A caller has marked a message as urgent",
        "voicemail_taken_back": "A caller has taken a message back",
        "voicemail_changed": "A message was heard, saved or deleted on the telephone",
        "setting_changed": "Somebody has dialled a code that changes their own status or forwarding",
        "call_parked": "A call was parked",
        "call_unparked": "A parked call was retrieved, rang back and was taken, or gave up",
        "monitor_started": "Somebody monitors the call of an extension",
        "monitor_changed": "A monitor is heard by others than before",
        "recording_started": "A call is recorded from now on",
        "recording_paused": "A recording was paused",
        "recording_resumed": "A recording goes on",
        "recording_stopped": "A recording has ended, or could not begin",
        "recording_stored": "A recording is kept and can be heard",
        "target_add": "A phone is about to be called",
        "target_ringing": "A phone rings",
        "target_answered": "A phone answered a page",
        "target_noanswer": "A phone was not answered",
        "target_fail": "A phone has refused, or can't be reached",
        "target_ended": "A phone has hung up",
    },
}


def unknown_events(topic: str, names: object) -> list[str]:
    """What in a choice is none of the topic's events; anything that is no list of names is unknown as a whole."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return [""]
    return sorted(set(names) - EVENT_KINDS[topic].keys())
