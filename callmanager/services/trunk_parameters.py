"""A trunk's header parameters: set as whole tables, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.header_parameters import CallerMapping, HeaderRule
from callmanager.domain.header_rule_checks import (
    HeaderRuleInvalid,
    check_caller_mappings,
    check_header_rules,
)
from callmanager.fleet.models import Trunk, TrunkCallerMapping, TrunkHeaderRule
from callmanager.services.routing_guard import trunk_tests_guard
from tenants.audit_changes import audit_note


def header_rules_set(*, trunk: Trunk, rules: Sequence[HeaderRule]) -> None:
    """What its INVITEs say beside the usual. ValidationError names the line."""
    try:
        check_header_rules(rules)
    except HeaderRuleInvalid as error:
        raise ValidationError({"header_rules": ValidationError(str(error), code=error.code)}) from error
    made = [
        TrunkHeaderRule(
            trunk=trunk,
            position=place,
            part=rule.part.value,
            source=rule.source.value,
            constant=rule.constant,
            header_name=rule.header_name,
        )
        for place, rule in enumerate(rules, start=1)
    ]
    _replace(trunk, TrunkHeaderRule, made, "header_rules")


def caller_mappings_set(*, trunk: Trunk, mappings: Sequence[CallerMapping]) -> None:
    """Where its provider says who calls, before the usual places. ValidationError names the line."""
    try:
        check_caller_mappings(mappings)
    except HeaderRuleInvalid as error:
        raise ValidationError({"caller_mappings": ValidationError(str(error), code=error.code)}) from error
    made = [
        TrunkCallerMapping(
            trunk=trunk,
            position=place,
            part=mapping.part.value,
            field=mapping.field.value,
            header_name=mapping.header_name,
        )
        for place, mapping in enumerate(mappings, start=1)
    ]
    _replace(trunk, TrunkCallerMapping, made, "caller_mappings")


def _replace(trunk: Trunk, model: Any, made: Sequence[Any], name: str) -> None:
    with transaction.atomic():
        present = model.objects.filter(trunk=trunk)
        before, after = [str(one) for one in present], [str(one) for one in made]
        if before == after:
            return
        with trunk_tests_guard(trunk):
            present.delete()
            model.objects.bulk_create(made)
        audit_note(target=trunk, name=name, before=before, after=after)
    trunk.__dict__.get("_prefetched_objects_cache", {}).pop(name, None)
