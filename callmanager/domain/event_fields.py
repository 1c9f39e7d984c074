"""What each event of the socket tells: the names and meanings of its fields, for its description. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.conference_events import FIELDS as CONFERENCE_FIELDS
from callmanager.domain.conference_events import TALKING_FIELDS
from callmanager.domain.live_events import FIELDS_OF_KIND
from callmanager.domain.queue_events import FIELDS as QUEUE_FIELDS
from callmanager.domain.subscriptions import (
    CDR_EVENTS,
    CONFERENCE_EVENTS,
    CONFERENCE_STATUS,
    CONFERENCE_TALKING,
    EXTENSION_EVENTS,
    EXTENSION_PRESENCE,
    EXTENSION_REGISTER,
    FLEET_EVENTS,
    QUEUE_EVENTS,
    QUEUE_STATUS,
    RECORDING_STORED,
    TRUNK_EVENTS,
)

# Every event has them.
FRAME: Mapping[str, str] = {
    "number": "Counts the messages of this socket from 1.",
    "event_id": "Its place in the history of the tenant, for `last_event_id`; empty if it was not kept.",
    "tenant_id": "The tenant's id.",
    "tenant_name": "The tenant's name.",
    "time": "Unix seconds.",
    "sequence": "Counts the events of one call from 0 without gaps; 0 where there is no call.",
}
_CALL: Mapping[str, str] = {
    "caller": "Who calls.",
    "callee": "What was dialled.",
    "direction": "ext (inside), in (from a trunk) or out (to a trunk).",
    "cdr_id": "Names the record that the call will leave; the same as session_id.",
    "session_id": "Names the call.",
    "call_id": "The SIP Call-ID of the caller's side.",
    "request_id": "What a program called the call that it made; empty for others.",
}
_WORDS: Mapping[str, str] = {
    "answered_by": "extension, trunk, echo, tone, paging, monitor, pickup, park or retrieve.",
    "asked_by": "Who wanted it, separated by commas: caller, callee, tenant, trunk, queue or request.",
    "aor": "Whose side, as 101@example.com.",
    "callee_domain": "The SIP domain that was dialled.",
    "caller_display_name": "The caller's name.",
    "caller_domain": "The caller's SIP domain.",
    "by": "The extension that asked for it; empty: nobody, or somebody of the company.",
    "change": "heard, saved, deleted, restored, forwarded or called_back; of the mailbox itself recording, greeting, "
    "greeting_chosen, greeting_unlocked, pin or locked; of a setting the kind of the dial code.",
    "contact": "The address of the phone.",
    "did": "The number that was called from outside.",
    "ended_by": "caller, callee, pbx or api.",
    "fail_code": "The SIP code.",
    "from_call_id": "The SIP Call-ID of the call that somebody came from.",
    "from_number": "Whose call goes on elsewhere.",
    "from_session": "The call that somebody came from; empty if it was rung by this one.",
    "is_urgent": "Whether the message is urgent.",
    "mailbox": "Whose mailbox.",
    "message_id": "Which message.",
    "mode": "silent, whisper, barge or take_over.",
    "monitored": "Whose call is listened to.",
    "monitored_session_id": "Names that call.",
    "outbound_caller_id": "The number that is shown outside.",
    "parked_by": "The extension that parked it.",
    "peer_aor": "The other side.",
    "recording": "Names the recording.",
    "action": "The name of the Action URL that was set off; empty: none.",
    "answer": "What its server wished: call (then number says whom), hangup, repeat or failed (then reason says why).",
    "pressed": "The keys; empty where they may be those of a bank card.",
    "read_as": "option, number, action or unknown.",
    "reason": "In words, or why a call goes on elsewhere.",
    "replaced_number": "Who was in that place before; empty if it only rang.",
    "ring_group": "The number of the ring group as whose member it rings; empty: none.",
    "receptionist": "The number of the virtual receptionist.",
    "side": "caller or callee.",
    "sip_code": "The SIP code.",
    "slot": "The parking place.",
    "status": "answered, busy, no_answer, cancelled, failed or refused.",
    "target_id": "Names one phone that is called.",
    "target_number": "Whose phone it is, or the number outside.",
    "to_call_id": "The SIP Call-ID of the call that goes on.",
    "to_session": "The call that goes on.",
    "transfer": "blind, attended or return.",
    "transfer_target": "The number that the call is transferred to.",
    "transferee": "Who is transferred.",
    "transferor": "The extension that transfers.",
    "tracks": "1, or 2: caller left, callee right.",
    "trunk_name": "The trunk, if it goes over one.",
    "user_agent": "The phone's make.",
    "why": "Of a recording call_ended, request, quota_full, disk_full, failed or worker_lost; of a queue answered, "
    "abandoned, no_answer, max_wait, no_agents, callback, transferred or deleted; of a callback "
    "answered, called_again or given_up.",
    "agent": "The extension of the agent; empty: none.",
    "happening": "sign_in, sign_out, pause, resume or, by the queue's rule, rung_in_vain.",
    "pause_reason": "Why the agent pauses.",
    "queue": "The number of the queue; empty: all of the agent's.",
    "queue_name": "Its name.",
    "conference": "The number of the conference room.",
    "subject": "Its subject.",
    "participant": "Who it is: an extension or a number outside; empty: everybody.",
    "participants": "How many are in the room now.",
    "is_admin": "Whether with the admin PIN.",
    "is_muted": "Whether nobody hears them any more.",
    "is_locked": "Whether nobody else can come in.",
    "sla_s": "Seconds that its service level allows.",
    "waited_s": "Seconds in the queue.",
    "destination": "extension, ring_group, receptionist, call_queue, conference or external_number; empty: none.",
    "extension": "Whose setting.",
    "to_number": "Where calls go.",
}
_STORED: Mapping[str, str] = {
    "recording_id": "Names it in the REST API.",
    "duration_s": "Seconds.",
    "tracks": _WORDS["tracks"],
}
_RECORD = (
    *("answered_time", "call_id", "call_status", "callee", "callee_domain", "caller", "caller_display_name"),
    *(
        "caller_domain",
        "cdr_id",
        "did_cid",
        "direction",
        "ended_by",
        "ended_reason",
        "ended_time",
        "fail_code",
    ),
    *("final_dest", "outbound_caller_id", "outbound_trunk_name", "related_callid1", "related_callid2"),
    *(
        "ring_duration",
        "ring_time",
        "recording_ids",
        "session_id",
        "start_time",
        "talk_duration",
        "trunk_name",
    ),
)
_AS_IN_RECORDS = "As in the call records."
_RECORD_WORDS: Mapping[str, str] = {
    "recording_ids": "Of its recordings, with commas between; `recording_stored` says when one can be heard.",
}
_TRUNK: Mapping[str, str] = {
    "trunk_id": "The trunk's id.",
    "trunk_name": "Its name.",
    "state": "How it is now.",
    "error_code": "The SIP code of the refusal; empty for tenants.",
    "error_reason": "In words; empty for tenants.",
}
_FIGURES: Mapping[str, str] = {
    "live_calls": "Calls that run now; empty while that is not known.",
    "registrations": "Phones that are registered.",
    "cpu_percent": "Of all cores.",
    "memory_percent": "In use.",
    "disk_percent": "In use.",
}
# Of what is a list of objects.
CONTACT: Mapping[str, str] = {
    "contact_uri": "The contact.",
    "expires": "Seconds.",
    "instance": "The phone's own id.",
    "last_update": "Unix seconds.",
    "public_address": "Address and port.",
    "received_from": "With the protocol.",
    "reg_id": "RFC 5626.",
    "user_agent": "The phone's make.",
}
CONTACT_LISTS = ("registration_contacts", "removed_contacts")

TITLES: Mapping[str, str] = {
    EXTENSION_REGISTER: "Phones of an extension registered or left",
    EXTENSION_PRESENCE: "An extension has another status",
    "call_start": "A call starts",
    "caller_answered": "The caller of a call that a program made took it",
    "call_established": "A call was answered and connected",
    "call_hold": "A call was put on hold",
    "call_unhold": "A call goes on after hold",
    "call_mute": "One side of a call was muted by a request",
    "call_unmute": "A side of a call is heard again",
    "call_reroute": "A call goes on to another target",
    "transfer_started": "A call is being transferred",
    "transfer_failed": "A transfer came to nothing",
    "call_transferred": "A call was transferred: somebody else talks now",
    "call_joined": "Somebody came into a call from another one",
    "call_moved": "Somebody left a call for another one, which ends it",
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
    "call_fail": "A call failed",
    "call_ended": "A call ended",
    "target_add": "A phone is called",
    "target_ringing": "A phone rings",
    "target_answered": "A phone answered a page",
    "target_noanswer": "A phone was not answered",
    "target_fail": "A phone refused or failed",
    "target_ended": "A phone hung up, or need not ring any more",
    "voicemail_started": "A caller begins to leave a message",
    "voicemail_marked": "A caller marked a message as urgent",
    "voicemail_taken_back": "A caller took a message back",
    "voicemail_changed": "A message was heard, saved or deleted on the telephone",
    "setting_changed": "Somebody dialled a code that changes their own status or forwarding",
    "call_parked": "A call was parked",
    "call_unparked": "A parked call was retrieved, rang back and was taken, or gave up",
    "monitor_started": "Somebody monitors the call of an extension",
    "monitor_changed": "A monitor is heard by others than before",
    "recording_started": "A call is recorded from now on",
    "recording_paused": "A recording holds silence from now on",
    "recording_resumed": "A recording goes on",
    "recording_stopped": "A recording ended, or could not begin",
    RECORDING_STORED: "A recording can be listened to",
    "call_cdr": "The record of a call that ended",
    QUEUE_STATUS: "Something happened in a queue: a caller waits, rings an agent, is answered or leaves",
    CONFERENCE_STATUS: "Something happened in a conference room: somebody comes, leaves, is muted or is invited",
    CONFERENCE_TALKING: "Who talks in a conference room changed; at most twice a second, and not kept",
    "trunk_connected": "A trunk can be used",
    "trunk_disconnected": "A trunk can't be used",
    "figures": "The load of the platform",
}


def fields_of(topic: str, key: str) -> Mapping[str, str]:
    """Name -> meaning, besides the frame; lists of contacts not included."""
    if topic == EXTENSION_EVENTS and key in list(CallEventKind):
        names = ["target_number" if name == "number" else name for name in FIELDS_OF_KIND[CallEventKind(key)]]
        if key in (CallEventKind.CALL_FAIL, CallEventKind.CALL_NOANSWER):
            names.append("fail_code")
        return {**_CALL, **{name: _WORDS[name] for name in names}}
    if key == RECORDING_STORED:
        return {**_CALL, **_STORED}
    if key == CONFERENCE_TALKING:
        return TALKING_FIELDS
    if key == EXTENSION_PRESENCE:
        return {"extension": "Whose.", "status": "The status that was chosen."}
    if key == EXTENSION_REGISTER:
        return {"extension": "Whose."}
    by_topic: Mapping[str, Mapping[str, str]] = {
        CDR_EVENTS: {name: _RECORD_WORDS.get(name, _CALL.get(name, _AS_IN_RECORDS)) for name in _RECORD},
        QUEUE_EVENTS: {**_CALL, **QUEUE_FIELDS},
        CONFERENCE_EVENTS: {**_CALL, **CONFERENCE_FIELDS},
        TRUNK_EVENTS: _TRUNK,
        FLEET_EVENTS: _FIGURES,
    }
    return by_topic[topic]
