"""Call records: a list to search, and each call as a ladder with its voice quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from callmanager.admin.call_quality import SideQuality, side_quality
from callmanager.admin.call_words import (
    DIRECTIONS,
    ENDED_BY,
    STATUS_CLASSES,
    STATUS_LABELS,
    direction_words,
    duration_words,
)
from callmanager.admin.read_only import ReadOnlyModelAdmin
from callmanager.admin.recording_player import Player, player_of
from callmanager.domain.call_course import Moment, call_course
from callmanager.domain.call_parties import FROM_OUTSIDE
from callmanager.domain.ladder import draw_ladder
from callmanager.fleet.models import Cdr, Recording
from callmanager.selectors.call import call_event_list, cdr_list, related_cdr_list
from callmanager.selectors.recording import SUBJECT, recordings_of_call
from tenants.acting import Actor
from tenants.capabilities import Verb


class DirectionFilter(admin.SimpleListFilter):
    title = "direction"
    parameter_name = "direction"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(DIRECTIONS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Cdr]) -> QuerySet[Cdr]:
        return queryset.filter(direction=self.value()) if self.value() in DIRECTIONS else queryset


class CdrAdmin(ReadOnlyModelAdmin):
    list_display: tuple[str, ...] = (
        "started",
        "caller",
        "callee",
        "way",
        "outcome",
        "talk_time",
        "mos",
        "ended_by_whom",
    )
    list_display_links: tuple[str, ...] | None = ("started", "caller", "callee")
    list_filter: tuple[Any, ...] = ("status", DirectionFilter, ("started_at", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("caller", "caller_display_name", "callee", "answered_number", "ring_group", "call_id")
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cdr]:
        return cdr_list()

    @admin.display(description="Started", ordering="started_at")
    def started(self, cdr: Cdr) -> str:
        return formats.date_format(timezone.localtime(cdr.started_at), "j M Y, H:i:s")

    @admin.display(description="Direction", ordering="direction")
    def way(self, cdr: Cdr) -> str:
        return direction_words(cdr.direction, cdr.trunk_name, cdr.outbound_trunk_name)

    @display(description="Outcome", label=STATUS_LABELS, ordering="status")  # type: ignore[untyped-decorator, unused-ignore]
    def outcome(self, cdr: Cdr) -> str:
        return cdr.get_status_display()

    @admin.display(description="Talked", ordering="talk_duration_ms")
    def talk_time(self, cdr: Cdr) -> str:
        return duration_words(cdr.talk_duration_ms) if cdr.answered_at else "–"

    @admin.display(description="MOS")
    def mos(self, cdr: Cdr) -> str:
        """The worse of both sides: that is how the call was."""
        known = [mos for mos in (cdr.caller_mos, cdr.callee_mos) if mos is not None]
        return f"{min(known):.1f}" if known else "–"

    @admin.display(description="Ended by", ordering="ended_by")
    def ended_by_whom(self, cdr: Cdr) -> str:
        return ENDED_BY.get(cdr.ended_by, cdr.ended_by)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        cdr = self.get_object(request, object_id)
        if cdr is None or not self.has_view_permission(request, cdr):
            raise Http404
        events = [stored.to_event() for stored in call_event_list(cdr=cdr)]
        related = related_cdr_list(cdr=cdr, events=events, visible=self.get_queryset(request))
        others = [stored.to_event() for one in related for stored in call_event_list(cdr=one)]
        page = f"{self.opts.app_label}_{self.opts.model_name}_change"
        context = {
            **self.admin_site.each_context(request),
            "title": f"{cdr.caller} → {cdr.callee}",
            "opts": self.opts,
            "cdr": cdr,
            "status_class": STATUS_CLASSES.get(cdr.status, ""),
            "ladder": draw_ladder([*events, *others], cdr.session_id),
            "related": [_related(one, f"{self.admin_site.name}:{page}") for one in related],
            "course": [DatedMoment.of(one, cdr) for one in call_course([*events, *others])],
            "quality": _quality(cdr, events[-1].data if events else {}),
            "facts": _facts(cdr),
            "recordings": _recordings(request, cdr),
        }
        return render(request, "pbxsite/cdr_detail.html", context)


@dataclass(frozen=True, slots=True)
class DatedMoment:
    """With the clock of whoever looks."""

    anchor: str
    moment: datetime
    offset_s: float
    text: str
    tone: str
    details: tuple[tuple[str, str], ...]
    is_elsewhere: bool

    @property
    def clock(self) -> str:
        return f"{self.offset_s * 1000:.0f} ms" if self.offset_s < 1 else f"{self.offset_s:.2f} s"

    @classmethod
    def of(cls, moment: Moment, cdr: Cdr) -> DatedMoment:
        return cls(
            anchor=moment.anchor,
            moment=timezone.localtime(datetime.fromtimestamp(moment.at, UTC)),
            offset_s=moment.offset_s,
            text=moment.text,
            tone=moment.tone,
            details=moment.details,
            is_elsewhere=moment.session_id != cdr.session_id,
        )


def _recordings(request: HttpRequest, cdr: Cdr) -> list[tuple[Recording, Player | None, str]]:
    """Those that whoever looks may hear, each with its player and its page."""
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    if actor.tenant is None or not actor.may(SUBJECT, Verb.VIEW):
        return []
    found = recordings_of_call(actor=actor, session_id=cdr.session_id)
    return [
        (
            one,
            player_of(one, reverse("admin:fleet_recording_sound", args=[one.token])),
            reverse("admin:fleet_recording_change", args=[one.token]),
        )
        for one in found
    ]


def _quality(cdr: Cdr, end: Mapping[str, object]) -> list[SideQuality]:
    callee = f"Callee {cdr.answered_number or cdr.callee}"
    sides = (
        side_quality(f"Caller {cdr.caller}", cdr.caller_media, end.get("caller_quality")),
        side_quality(callee, cdr.callee_media, end.get("callee_quality")),
    )
    return [side for side in sides if side is not None]


def _outside(cdr: Cdr) -> list[tuple[str, str]]:
    facts = []
    if cdr.direction == FROM_OUTSIDE:
        facts += [("Came over", cdr.trunk_name or "–"), ("Number called", cdr.did or "–")]
    if cdr.outbound_trunk_id is not None:
        facts += [
            ("Went out over", cdr.outbound_trunk_name),
            ("Caller ID sent", cdr.outbound_caller_id or "–"),
        ]
        facts += [("On behalf of", cdr.on_behalf_of or "the company")]
    return facts


def _related(cdr: Cdr, page: str) -> tuple[str, str, str]:
    """Where its page is, who spoke, and when."""
    began = formats.date_format(timezone.localtime(cdr.started_at), "H:i:s")
    return reverse(page, args=[cdr.pk]), f"{cdr.caller} → {cdr.callee}", began


def _group_words(cdr: Cdr) -> str:
    who = f"{cdr.answered_number} answered" if cdr.answered_at else "nobody answered"
    return f"{cdr.ring_group}, {who}"


def _facts(cdr: Cdr) -> list[tuple[str, str]]:
    def at(moment: Any) -> str:
        return formats.date_format(timezone.localtime(moment), "j M Y, H:i:s") if moment else "–"

    delay = "–" if cdr.post_dial_delay_ms is None else f"{cdr.post_dial_delay_ms} ms"
    return [
        ("Started", at(cdr.started_at)),
        ("Answered", at(cdr.answered_at)),
        ("Ended", at(cdr.ended_at)),
        ("Rang", duration_words(cdr.ring_duration_ms)),
        ("Talked", duration_words(cdr.talk_duration_ms) if cdr.answered_at else "–"),
        ("Post-dial delay", delay),
        ("Ended by", ENDED_BY.get(cdr.ended_by, cdr.ended_by)),
        ("Reason", f"{cdr.sip_code} {cdr.ended_reason}".strip()),
        ("Caller's phone", cdr.caller_user_agent or "–"),
        ("Callee's phone", cdr.callee_user_agent or "–"),
        ("Caller's address", cdr.source or "–"),
        ("Answered at", cdr.final_destination or "–"),
        *([("Ring group", _group_words(cdr))] if cdr.ring_group else []),
        *_outside(cdr),
        ("Codecs", f"{cdr.caller_codec or '–'} / {cdr.callee_codec or '–'}"),
        ("Worker", cdr.worker + (" (lost during the call)" if cdr.is_worker_lost else "")),
        ("SIP Call-ID", cdr.call_id),
        ("Session", cdr.session_id),
    ]
