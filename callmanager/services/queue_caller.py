"""VIP callers, harass numbers and exclusive agents of the tenant in scope: made, changed and deleted (manual 11.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import IO, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.number_lists import parse_blocked
from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.queue_callers import HarassLevel
from callmanager.models import (
    CallQueueMember,
    ExclusiveAgent,
    ExclusiveAgentMember,
    HarassNumber,
    HarassPrompt,
    VipCaller,
)
from callmanager.models.extension import lock_tenant
from callmanager.models.number_policy import LIST_ROWS_MAX
from callmanager.models.queue_caller import AGENTS_MAX, CALLERS_MAX
from callmanager.selectors.queue_caller import exclusive_pairs
from callmanager.wav_upload import shown_name, stored_row_delete, wav_store
from tenants.audit_changes import audit_note
from tenants.integrity import refusing_duplicates
from tenants.models import FileKind

UPLOAD_BYTES_MAX, LENGTH_S_MAX = 20_000_000, 120.0
VIP_FIELDS = ("number", "description", "last_day", "is_enabled")
HARASS_FIELDS = ("number", "description", "level")
Pair = tuple[str, str]
# Queue and extension by their numbers, and how they stand in the database.
AgentRows = Mapping[Pair, dict[str, int]]
Entry = TypeVar("Entry", VipCaller, HarassNumber)


def vip_caller_save(*, caller: VipCaller, **changes: Any) -> VipCaller:
    """A new one, or changes of one; what is left out stays."""
    return _save(caller, changes, VIP_FIELDS)


def harass_number_save(*, entry: HarassNumber, **changes: Any) -> HarassNumber:
    return _save(entry, changes, HARASS_FIELDS)


def exclusive_agent_save(
    *,
    exclusive: ExclusiveAgent,
    description: str | None = None,
    callers: Sequence[str] | None = None,
    agents: Sequence[Pair] | None = None,
) -> ExclusiveAgent:
    """`agents` are (queue, extension), each an agent of that queue."""
    with refusing_duplicates():
        lock_tenant()
        before = exclusive_pairs(exclusive)
        if description is not None:
            exclusive.description = description.strip()
        wanted = before if agents is None else tuple(dict.fromkeys(agents))
        rows = exclusive_agent_check(exclusive=exclusive, callers=callers, agents=wanted)
        exclusive.save()
        if wanted != before:
            ExclusiveAgentMember.objects.filter(exclusive=exclusive).delete()
            ExclusiveAgentMember.objects.bulk_create(
                ExclusiveAgentMember(exclusive=exclusive, **row) for row in rows
            )
            audit_note(target=exclusive, name="agents", before=_words(before), after=_words(wanted))
            exclusive.__dict__.get("_prefetched_objects_cache", {}).pop("agents", None)
    return exclusive


def exclusive_agent_check(
    *,
    exclusive: ExclusiveAgent,
    callers: Sequence[str] | None,
    agents: Sequence[Pair],
    known: AgentRows | None = None,
) -> list[dict[str, int]]:
    """Raises ValidationError with all that is wrong; sets the callers, and gives the agents' rows. Who has read all
    agents (`known`) has seen to it as well that the description is used once: nothing is asked of the database then.
    """
    problems: dict[str, list[ValidationError]] = {}
    if callers is not None:
        exclusive.callers, problems["callers"] = _numbers(callers)
    rows, problems["agents"] = _agent_rows(agents, known)
    try:
        exclusive.full_clean(exclude=["callers"], validate_unique=known is None, validate_constraints=False)
    except ValidationError as error:
        problems.update(error.error_dict)
    if problems := {name: found for name, found in problems.items() if found}:
        raise ValidationError(problems)
    return rows


def queue_caller_delete(*, row: VipCaller | HarassNumber | ExclusiveAgent) -> None:
    row.delete()


def harass_prompt_upload(
    *, level: HarassLevel, source: IO[bytes], size_bytes: int, name: str
) -> HarassPrompt:
    """Of a WAV file of any usual kind; takes the place of the one before."""
    with transaction.atomic():
        lock_tenant()
        try:
            stored, length_s = wav_store(
                source=source,
                size_bytes=size_bytes,
                name=name,
                kind=FileKind.PROMPT,
                bytes_max=UPLOAD_BYTES_MAX,
                length_s_max=LENGTH_S_MAX,
            )
        except ValidationError as error:
            raise ValidationError({"file": error.error_list}) from error
        former = HarassPrompt.objects.filter(level=level).first()
        if former is not None:
            harass_prompt_remove(prompt=former)
        prompt = HarassPrompt(
            level=level,
            name=shown_name(name, f"Level {level.value}"),
            length_s=length_s,
            stored_file_id=stored.pk,
            stored_name=stored.name,
        )
        prompt.full_clean(validate_constraints=False)
        prompt.save()
    return prompt


def harass_prompt_remove(*, prompt: HarassPrompt) -> None:
    """The words that come with the system are said again."""
    with transaction.atomic():
        stored_row_delete(prompt)


def _save(row: Entry, changes: dict[str, Any], known: Sequence[str]) -> Entry:
    if unknown := changes.keys() - set(known):
        raise TypeError(f"It has no {', '.join(sorted(unknown))} to set.")
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    with refusing_duplicates():
        if row.pk is None:
            lock_tenant()
            if type(row).objects.count() >= LIST_ROWS_MAX:
                message = f"At most {LIST_ROWS_MAX:,} numbers."
                raise ValidationError({"number": ValidationError(message, code="max_length")})
        if "number" in changes:
            try:
                row.number = parse_blocked(row.number)
            except NumberPatternError as error:
                raise ValidationError({"number": ValidationError(str(error), code=error.code)}) from error
        row.full_clean()
        row.save()
    return row


def _numbers(callers: Sequence[str]) -> tuple[list[str], list[ValidationError]]:
    problems: list[ValidationError] = []
    read: dict[str, None] = {}
    if not callers or len(callers) > CALLERS_MAX:
        message = f"Between 1 and {CALLERS_MAX} numbers."
        problems.append(ValidationError(message, code="max_length" if callers else "required"))
    for text in callers[:CALLERS_MAX]:
        try:
            number = parse_blocked(text)
        except NumberPatternError as error:
            problems.append(ValidationError(f"{text[:40]}: {error}", code=error.code))
            continue
        if number in read:
            problems.append(ValidationError(f"{number} stands there twice.", code="unique"))
        read[number] = None
    return list(read), problems


def queue_agents_known(queues: Collection[str] | None = None) -> AgentRows:
    """All agents, or those of these queues."""
    members = CallQueueMember.objects.all()
    if queues is not None:
        members = members.filter(queue__number__in=queues)
    return {
        (queue, number): {"queue_id": queue_id, "extension_id": extension_id}
        for queue, number, queue_id, extension_id in members.values_list(
            "queue__number", "extension__number", "queue_id", "extension_id"
        )
    }


def _agent_rows(
    pairs: Sequence[Pair], known: AgentRows | None
) -> tuple[list[dict[str, int]], list[ValidationError]]:
    if not pairs or len(pairs) > AGENTS_MAX:
        message = f"Between 1 and {AGENTS_MAX} agents."
        return [], [ValidationError(message, code="max_length" if pairs else "required")]
    if known is None:
        known = queue_agents_known({queue for queue, _ in pairs})
    problems = [
        ValidationError(f"{number[:20]} is no agent of the queue {queue[:20]}.", code="not_found")
        for queue, number in pairs
        if (queue, number) not in known
    ]
    return [known[pair] for pair in pairs if pair in known], problems


def _words(pairs: Sequence[Pair]) -> list[str]:
    return [f"{number} of {queue}" for queue, number in pairs]
