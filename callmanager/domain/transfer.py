"""What a transfer may lead to. Pure: the dialplan has answered already, as if who transfers called himself."""

from __future__ import annotations

from callmanager.domain.decisions import (
    AnswerMenu,
    ChangeOwn,
    CheckMessages,
    Decision,
    DialOut,
    EchoTest,
    EnterConference,
    EnterQueue,
    LeaveMessage,
    Monitor,
    Page,
    Park,
    PickUp,
    RecordPrompt,
    Refuse,
    Retrieve,
    RingExtension,
    RingGroup,
    ToneTest,
)

# A call that is handed round without an end is somebody's mistake.
MAX_TRANSFERS = 20
FOR_ANYBODY = (
    RingExtension
    | RingGroup
    | AnswerMenu
    | EnterQueue
    | EnterConference
    | DialOut
    | LeaveMessage
    | Park
    | EchoTest
    | ToneTest
    | Refuse
)
# For the one who dials it: his messages, his settings, his voice, other people's calls.
FOR_ONESELF = CheckMessages | ChangeOwn | RecordPrompt | Page | Monitor | PickUp | Retrieve


def transfer_decision(decision: Decision, transferee: str) -> Decision:
    """The same, or why not. `transferee` is the extension that is transferred; empty for somebody outside."""
    if not isinstance(decision, FOR_ANYBODY):
        return Refuse(403, "Nobody can be transferred there")
    if isinstance(decision, RingExtension) and decision.number == transferee:
        return Refuse(486, "The call would lead back to who is transferred")
    return decision
