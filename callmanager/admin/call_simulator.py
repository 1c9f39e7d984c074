"""The page of the call simulator. It only asks, so all of the question stands in its address, to be sent to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from callmanager.admin.call_picture import draw
from callmanager.admin.routing_test import routing_test_address
from callmanager.domain.call_simulation import EndKind, simulate
from callmanager.domain.call_story import end_words, lines_of, tell
from callmanager.domain.simulation_request import (
    MAX_RUNNING_CALLS,
    Problem,
    SimulationInvalid,
    SimulationWish,
    read_wish,
)
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.models import Extension
from callmanager.selectors.snapshot import snapshot_get
from callmanager.selectors.trunk_lent import trunk_lent_list
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Tenant

SUBJECT = "callmanager.callsimulation"
PHONE, TRUNK = "phone.", "trunk."
AMOUNTS = (
    ("running_calls", "Calls of the company already under way"),
    ("external_calls", "Calls of the caller to outside under way"),
    ("external_minutes", "Minutes the caller has used up today"),
)
# What a picker can show without becoming slow; every other one can be typed.
PICKED_MAX = 3000


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks. `is_asked`: there is something to answer."""

    is_outside: bool = False
    extension: str = ""
    number: str = ""
    trunk: str = ""
    called: str = ""
    when: str = ""
    phones: Mapping[str, str] = field(default_factory=dict)
    trunks: Mapping[str, str] = field(default_factory=dict)
    keys: str = ""
    amounts: Mapping[str, str] = field(default_factory=dict)
    is_asked: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> Question:
        assumed = {name: value for name, value in query.items() if value and isinstance(value, str)}
        return cls(
            is_outside=query.get("from") == "outside",
            extension=query.get("extension", "").strip(),
            number=query.get("number", "").strip(),
            trunk=query.get("trunk", ""),
            called=query.get("called", "").strip(),
            when=query.get("at", "").strip(),
            phones=_named(assumed, PHONE),
            trunks=_named(assumed, TRUNK),
            keys=query.get("keys", "").strip(),
            amounts={name: query.get(name, "").strip() for name, _ in AMOUNTS},
            is_asked="called" in query,
        )

    def wish(self, problems: list[Problem]) -> SimulationWish:
        amounts = {name: _amount(name, text, problems) for name, text in self.amounts.items()}
        trunk_id = _amount("trunk", self.trunk, problems, maximum=2**62) if self.is_outside else None
        if self.is_outside and not trunk_id:
            problems.append(Problem("trunk", "required", "Over which trunk does the call come?"))
        return SimulationWish(
            caller=self.number if self.is_outside else self.extension,
            called=self.called,
            trunk_id=trunk_id,
            phones=self.phones,
            trunks=self.trunks,
            keys=[one.strip() for one in self.keys.split(",")] if self.keys else [],
            **amounts,
        )

    def moment(self, zone: ZoneInfo, problems: list[Problem]) -> datetime:
        """As the clocks of the company show it."""
        if not self.when:
            return timezone.now()
        try:
            written = datetime.fromisoformat(self.when)
        except ValueError:
            problems.append(Problem("at", "invalid", "A day and a time, such as 2026-12-24 10:00."))
            return timezone.now()
        return written if written.tzinfo else written.replace(tzinfo=zone)

    def address(self, **assumed: str) -> str:
        """The same question with other assumptions."""
        asked = {
            "from": "outside" if self.is_outside else "extension",
            "extension": self.extension,
            "number": self.number,
            "trunk": self.trunk,
            "called": self.called,
            "at": self.when,
            "keys": self.keys,
            **self.amounts,
            **{f"{PHONE}{number}": state for number, state in self.phones.items()},
            **{f"{TRUNK}{trunk}": answer for trunk, answer in self.trunks.items()},
            **assumed,
        }
        return "?" + urlencode({name: value for name, value in asked.items() if value or name == "called"})


@require_safe
@needs(SUBJECT, Verb.VIEW)
def call_simulator_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    tenant: Tenant = request.actor.tenant  # type: ignore[attr-defined] # the tenant site has no other requests
    question = Question.read(request.GET)
    answer, problems = _answer(question, snapshot_get(tenant=tenant)) if question.is_asked else ({}, [])
    messages = {problem.field: problem.message for problem in problems}
    context = {
        **site_context,
        **answer,
        "title": "Call simulator",
        "question": question,
        "may_keep": request.actor.may("callmanager.routingtest", Verb.ADD),  # type: ignore[attr-defined]
        "tenant": tenant,
        "extensions": Extension.objects.values("number", "display_name")[:PICKED_MAX],
        "trunks": trunk_lent_list().values(),
        "amounts": [
            (name, label, question.amounts.get(name, ""), messages.get(name, "")) for name, label in AMOUNTS
        ],
        "has_amounts": any(question.amounts.values()),
        "problems": messages,
        "general_problems": [one.message for one in problems if one.field.startswith(("phones", "trunks"))],
    }
    return render(request, "pbxsite/call_simulator.html", context, status=400 if problems else 200)


def _answer(question: Question, snapshot: TenantSnapshot) -> tuple[dict[str, Any], list[Problem]]:
    problems: list[Problem] = []
    wish = question.wish(problems)
    at = question.moment(ZoneInfo(snapshot.time_zone), problems)
    try:
        asked = read_wish(wish, snapshot, at)
    except SimulationInvalid as error:
        known = {problem.field for problem in problems}
        return {}, [*problems, *(problem for problem in error.problems if problem.field not in known)]
    if problems:
        return {}, problems
    simulation = simulate(asked, snapshot)
    story = tell(simulation, snapshot)
    stops = draw(simulation, story, question)
    shown = {stop.choice.name for stop in stops if stop.choice is not None}
    hidden = {
        name: value
        for prefix, assumed in ((PHONE, question.phones), (TRUNK, question.trunks))
        for name, value in ((f"{prefix}{key}", value) for key, value in assumed.items())
        if name not in shown
    }
    answer = {
        "simulation": simulation,
        "stops": stops,
        "end": simulation.end,
        "end_words": end_words(simulation.end),
        "is_answered": simulation.end.kind is not EndKind.REFUSED,
        "lines": [(line.startswith("          "), line.strip()) for line in lines_of(story)],
        "hidden": hidden,
        "keep_address": routing_test_address(simulation),
        "duration_s": story[-1].at_s,
    }
    return answer, []


def _named(query: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in query.items() if name.startswith(prefix)}


def _amount(name: str, text: str, problems: list[Problem], *, maximum: int = MAX_RUNNING_CALLS) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > maximum:
        problems.append(Problem(name, "invalid", f"A whole number up to {maximum}."))
        return 0
    return int(text)
