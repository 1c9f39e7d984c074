"""What an Action URL of a receptionist did, in words for people."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.menu_action import ActionAnswer, ActionTrigger, MenuAction, matches_words

# Of a match list in a picture or a story.
_SHOWN = 40
_ANSWERS = {
    ActionAnswer.CALL.value: "call {number}",
    ActionAnswer.HANGUP.value: "end the call",
    ActionAnswer.REPEAT.value: "play the prompt again",
    ActionAnswer.FAILED.value: "failed: {reason}",
}


def action_words(data: Mapping[str, object]) -> str:
    """Of a `menu_chosen` event that tells of one."""
    said = _ANSWERS.get(str(data.get("answer")), "")
    told = said.format(number=data.get("number") or "", reason=data.get("reason") or "no answer")
    return f"Action URL {data.get('action')}: {told}"


def action_keys(action: MenuAction) -> str:
    """What sets it off."""
    matches = matches_words(action.matches).replace(";", ", ")
    shown = matches if len(matches) <= _SHOWN else f"{matches[: _SHOWN - 2]} …"
    return shown if action.trigger is ActionTrigger.DTMF else f"called by {shown}"


def action_leads_to(action: MenuAction) -> str:
    what = f"asks {action.host}" if action.url else f"calls {action.number}"
    return f"{what} ({action.name})"
