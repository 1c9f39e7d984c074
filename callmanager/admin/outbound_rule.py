"""Outbound rules: over which trunks calls go out, in an order that people drag or step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import display

from callmanager.admin.deleting_together import DeletesTogether
from callmanager.admin.outbound_rule_form import ROUTE_LINES, OutboundRuleForm
from callmanager.admin.rule_table import RuleTableAdmin
from callmanager.admin.week_grid import GRID
from callmanager.domain.week_hours import WEEKDAYS
from callmanager.models import OutboundRule
from callmanager.selectors.outbound_rule import outbound_rule_list
from callmanager.services.outbound_rule import (
    outbound_rule_create,
    outbound_rule_delete,
    outbound_rule_move,
    outbound_rule_update,
)
from callmanager.services.outbound_rule_table import OUTBOUND_TABLE
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs

_SUBJECT = "callmanager.outboundrule"


class OutboundRuleAdmin(RuleTableAdmin, DeletesTogether):
    audit_name = "outbound_rule"
    table = OUTBOUND_TABLE
    form = OutboundRuleForm
    list_display = ("priority", "name", "applies_to", "route_words", "state")
    list_display_links = ("name",)
    list_filter = ("is_enabled", "hours")
    search_fields = ("name", "prefixes", "callers")
    list_fullwidth = True
    list_per_page = 200
    sortable_by = ()
    change_form_outer_before_template = "pbxsite/rule_notice.html"
    fieldsets = (
        (None, {"fields": ("name", "is_enabled")}),
        (
            "Apply this rule to",
            {
                "description": "Calls that meet every line that is filled in. Without any, the rule takes all calls.",
                "fields": ("prefixes", "callers", "digit_lengths", "group_ids"),
            },
        ),
        (
            "Make outbound calls on",
            {
                "description": "Up to three routes, tried in this order when a trunk is down, full, silent or fails. "
                "Strip takes leading digits from what was dialled, prepend puts others before the rest.",
                "fields": (*ROUTE_LINES, "also_next_on", "is_least_cost"),
            },
        ),
        (
            "Office hours",
            {
                "description": "Outside of them a call that falls under this rule is refused." + GRID,
                "fields": ("hours", *WEEKDAYS),
            },
        ),
    )

    class Media:
        css = {"all": ("pbxsite/profile.css",)}
        js = (forms.Script("pbxsite/rule_order.js", type="module"),)

    @admin.display(description="Priority")
    def priority(self, rule: OutboundRule) -> SafeString:
        return render_to_string("pbxsite/rule_order.html", {"rule": rule})

    @admin.display(description="Applies to")
    def applies_to(self, rule: OutboundRule) -> str:
        parts = [
            f"numbers with {_short(rule.prefixes)}" if rule.prefixes else "",
            f"{rule.digit_lengths} digits" if rule.digit_lengths else "",
            f"from {_short(rule.callers)}" if rule.callers else "",
            f"from {', '.join(group.name for group in rule.groups.all())}" if rule.groups.all() else "",
        ]
        return "; ".join(part for part in parts if part) or "all calls"

    @admin.display(description="Routes")
    def route_words(self, rule: OutboundRule) -> str:
        return " → ".join(_route(row) for row in rule.routes.all()) or "none"

    @display(  # type: ignore[untyped-decorator, unused-ignore]
        description="State", label={"Enabled": "success", "Disabled": "danger", "Broken": "warning"}
    )
    def state(self, rule: OutboundRule) -> str:
        if rule.notice or any(getattr(row, "trunk_name", "") is None for row in rule.routes.all()):
            return "Broken"
        return "Enabled" if rule.is_enabled else "Disabled"

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboundRule]:
        return outbound_rule_list()

    def get_urls(self) -> list[URLPattern]:
        move = require_POST(needs(_SUBJECT, Verb.CHANGE)(self.move_view))
        return [
            path(
                "<int:object_id>/move/",
                self.admin_site.admin_view(move),
                name="callmanager_outboundrule_move",
            ),
            *super().get_urls(),
        ]

    def move_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """To `position`; scripts ask for JSON, buttons go back to the list."""
        rule = outbound_rule_list().filter(pk=object_id).first()
        wanted = request.POST.get("position", "")
        if rule is None or not (wanted.isascii() and wanted.isdigit() and len(wanted) < 7):
            raise Http404
        with transaction.atomic():
            outbound_rule_move(rule=rule, position=int(wanted))
            audit_request(request, action="outbound_rule.move", target=rule)
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"position": rule.position})
        return redirect("admin:callmanager_outboundrule_changelist")

    def create(self, form: ModelForm[Any]) -> OutboundRule:
        return outbound_rule_create(**form.cleaned_data)

    def change(self, obj: OutboundRule, form: ModelForm[Any]) -> OutboundRule:
        return outbound_rule_update(rule=OutboundRule.objects.get(pk=obj.pk), **form.cleaned_data)

    def delete(self, obj: OutboundRule) -> None:
        outbound_rule_delete(rule=obj)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _route(row: Any) -> str:
    changes = [
        f"strip {row.strip_digits}" if row.strip_digits else "",
        f"prepend {row.prepend}" if row.prepend else "",
    ]
    words = ", ".join(change for change in changes if change)
    return f"{row.trunk_name or 'gone'}{f' ({words})' if words else ''}"
