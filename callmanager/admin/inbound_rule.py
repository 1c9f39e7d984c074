"""Inbound rules: where calls from outside go."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.decorators import display

from callmanager.admin.deleting_together import DeletesTogether
from callmanager.admin.inbound_rule_form import InboundRuleForm
from callmanager.admin.rule_table import RuleTableAdmin
from callmanager.admin.week_grid import GRID
from callmanager.domain.week_hours import WEEKDAYS
from callmanager.models import InboundRule
from callmanager.models.inbound_rule import RuleHoursOf
from callmanager.selectors.inbound_rule import inbound_rule_list
from callmanager.services.inbound_rule import (
    DESTINATION_FIELDS,
    inbound_rule_create,
    inbound_rule_delete,
    inbound_rule_update,
)
from callmanager.services.inbound_rule_table import INBOUND_TABLE


class InboundRuleAdmin(RuleTableAdmin, DeletesTogether):
    audit_name = "inbound_rule"
    table = INBOUND_TABLE
    form = InboundRuleForm
    list_display = ("name", "did_words", "caller_words", "trunk_words", "inside", "outside", "state")
    list_filter = ("is_enabled",)
    search_fields = ("name", "did", "caller_mask")
    list_fullwidth = True
    change_form_outer_before_template = "pbxsite/rule_notice.html"
    fieldsets = (
        (None, {"fields": ("name", "trunk_id", "did", "caller_mask", "is_enabled")}),
        (
            "Where the call goes",
            {"fields": tuple((f"{name}_action", f"{name}_target") for name in DESTINATION_FIELDS)},
        ),
        (
            "Office hours",
            {
                "description": "The company's, unless this rule has hours of its own. Its holidays count in any case."
                + GRID,
                "fields": ("has_own_hours", *WEEKDAYS),
            },
        ),
    )

    @admin.display(description="DID", ordering="did")
    def did_words(self, rule: InboundRule) -> str:
        return "every number" if rule.did == "*" else rule.did

    @admin.display(description="Callers", ordering="caller_mask")
    def caller_words(self, rule: InboundRule) -> str:
        return rule.caller_mask or "all"

    @admin.display(description="Trunk")
    def trunk_words(self, rule: Any) -> str:
        return rule.trunk_name or "gone"

    @admin.display(description="In office hours")
    def inside(self, rule: InboundRule) -> str:
        return _words(rule, RuleHoursOf.OFFICE_HOURS)

    @admin.display(description="Outside")
    def outside(self, rule: InboundRule) -> str:
        return _words(rule, RuleHoursOf.OUTSIDE)

    @display(  # type: ignore[untyped-decorator, unused-ignore]
        description="State",
        label={"Enabled": "success", "Disabled": "danger", "Broken": "warning"},
        ordering="is_enabled",
    )
    def state(self, rule: Any) -> str:
        if rule.notice or rule.trunk_name is None:
            return "Broken"
        return "Enabled" if rule.is_enabled else "Disabled"

    def get_ordering(self, request: HttpRequest) -> Any:
        return (Lower("name"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundRule]:
        return inbound_rule_list()

    def create(self, form: ModelForm[Any]) -> InboundRule:
        return inbound_rule_create(**form.cleaned_data)

    def change(self, obj: InboundRule, form: ModelForm[Any]) -> InboundRule:
        return inbound_rule_update(rule=InboundRule.objects.get(pk=obj.pk), **form.cleaned_data)

    def delete(self, obj: InboundRule) -> None:
        inbound_rule_delete(rule=obj)


def _words(rule: InboundRule, at: RuleHoursOf) -> str:
    return next((row.words for row in rule.destinations.all() if row.at == at), "end the call")
