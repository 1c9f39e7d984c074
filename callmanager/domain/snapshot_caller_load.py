"""Reads the callers whom queues treat in a way of their own, over the same cursor as `snapshot_load`."""

from __future__ import annotations

from collections import defaultdict

from callmanager.domain.queue_callers import ExclusiveAgents, HarassLevel, QueueCallers, VipCaller
from callmanager.domain.snapshot_routing_load import Execute

_VIPS_SQL = "SELECT number, last_day FROM callmanager_vipcaller WHERE is_enabled ORDER BY number"
_HARASS_SQL = "SELECT number, level FROM callmanager_harassnumber ORDER BY number"
_PROMPTS_SQL = "SELECT level, stored_name FROM callmanager_harassprompt"
_EXCLUSIVE_SQL = "SELECT id, callers FROM callmanager_exclusiveagent ORDER BY id"
_AGENTS_SQL = """
    SELECT made.exclusive_id, line.number, extension.number
      FROM callmanager_exclusiveagentmember AS made
      JOIN callmanager_callqueue AS line ON line.id = made.queue_id
      JOIN callmanager_extension AS extension ON extension.id = made.extension_id
     ORDER BY made.id
"""


def load_queue_callers(execute: Execute, schema_name: str, country: str) -> QueueCallers:
    harassing: defaultdict[int, list[str]] = defaultdict(list)
    for number, level in execute(_HARASS_SQL, ()):
        harassing[level].append(number)
    prompts = {level: f"{schema_name}/prompt/{name}" for level, name in execute(_PROMPTS_SQL, ())}
    agents: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for owner, queue, number in execute(_AGENTS_SQL, ()):
        agents[owner].append((queue, number))
    return QueueCallers(
        country=country,
        vips=tuple(VipCaller(number, last_day) for number, last_day in execute(_VIPS_SQL, ())),
        exclusive=tuple(
            ExclusiveAgents(tuple(callers), tuple(agents[owner]))
            for owner, callers in execute(_EXCLUSIVE_SQL, ())
        ),
        warned=tuple(harassing[HarassLevel.WARNED]),
        refused=tuple(harassing[HarassLevel.REFUSED]),
        warned_prompt=prompts.get(HarassLevel.WARNED, ""),
        refused_prompt=prompts.get(HarassLevel.REFUSED, ""),
    )
