"""Routing tests in the console, with what comes of each now."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from callmanager.admin.routing_test_form import RoutingTestForm
from callmanager.domain.call_simulation import EndKind, Simulation
from callmanager.domain.routing_test import Verdict, WhenKind, when_words
from callmanager.models import RoutingTest
from callmanager.selectors.routing_test import routing_test_list, verdict_list
from callmanager.selectors.trunk_lent import trunk_lent_list
from callmanager.services.routing_test import (
    ROUTING_TEST_FIELDS,
    routing_test_create,
    routing_test_delete,
    routing_test_update,
)
from tenants.admin.service_admin import ServiceModelAdmin
from tenants.models import Tenant


class _Results:
    """Of all tests of the page, asked once where the page shows them."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    @cached_property
    def verdicts(self) -> dict[int, Verdict]:
        verdicts = verdict_list(tenant=self._tenant, tests=routing_test_list())
        return {verdict.test.test_id: verdict for verdict in verdicts}

    @cached_property
    def trunks(self) -> dict[int, str]:
        return {one.trunk_id: one.name for one in trunk_lent_list().values()}


class RoutingTestAdmin(ServiceModelAdmin):
    audit_name = "routing_test"
    form = RoutingTestForm
    search_fields = ("name", "caller", "called", "expected_number", "expected_rule")
    list_filter = ("is_enabled",)
    list_fullwidth = True
    fieldsets = (
        (None, {"fields": ("name", "is_enabled")}),
        ("The call", {"fields": (("caller", "trunk_id"), "called")}),
        ("When", {"fields": ("when", ("weekday", "clock"), "holiday", "at")}),
        (
            "Expected",
            {
                "fields": (
                    "expected_end",
                    ("expected_number", "expected_trunk_id"),
                    ("expected_sip_code", "expected_rule"),
                )
            },
        ),
        ("Assumed", {"fields": (("phones_text", "trunks_text"), "keys_text")}),
    )

    def get_list_display(self, request: HttpRequest) -> Any:
        results = _Results(request.actor.tenant)  # type: ignore[attr-defined]
        return ("name", _question(results), _expected(results), _actual(results), _state(results))

    def get_ordering(self, request: HttpRequest) -> Any:
        return (Lower("name"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingTest]:
        return routing_test_list()

    def create(self, form: ModelForm[Any]) -> RoutingTest:
        return routing_test_create(**_wanted(form))

    def change(self, obj: RoutingTest, form: ModelForm[Any]) -> RoutingTest:
        return routing_test_update(test=RoutingTest.objects.get(pk=obj.pk), **_wanted(form))

    def delete(self, obj: RoutingTest) -> None:
        routing_test_delete(test=obj)


def routing_test_address(simulation: Simulation) -> str:
    """The form of a new test, filled with a simulated call and how it ended."""
    call, end, assumed = simulation.asked.call, simulation.end, simulation.asked.assumptions
    filled = {
        "caller": "" if call.is_private else call.caller,
        "trunk_id": call.trunk_id or "",
        "called": call.dialled,
        "phones_text": "\n".join(f"{number} = {state}" for number, state in assumed.phones.items()),
        "trunks_text": "\n".join(
            f"{trunk} = {answer.sip_code or answer.state.value}" for trunk, answer in assumed.trunks.items()
        ),
        "keys_text": ", ".join(assumed.keys),
        "expected_end": end.kind.value,
        "expected_number": end.answered_by,
        "expected_trunk_id": end.trunk_id or "",
        "expected_sip_code": end.outcome.sip_code if end.kind is EndKind.REFUSED else "",
        "expected_rule": simulation.rules[0] if simulation.rules else "",
    }
    query = urlencode({name: value for name, value in filled.items() if value})
    return f"{reverse('admin:callmanager_routingtest_add')}?{query}"


def _simulator_address(verdict: Verdict) -> str:
    """The question of a test, for whoever wants to see the whole way of its call."""
    test = verdict.test
    is_now = verdict.at is None or test.when.kind is WhenKind.NOW
    asked = {
        "from": "outside" if test.trunk_id else "extension",
        "number" if test.trunk_id else "extension": test.caller,
        "trunk": str(test.trunk_id or ""),
        "called": test.called,
        "at": "" if is_now else f"{timezone.localtime(verdict.at):%Y-%m-%dT%H:%M}",
        "keys": ", ".join(test.keys),
        **{f"phone.{number}": state for number, state in test.phones.items()},
        **{f"trunk.{trunk}": answer for trunk, answer in test.trunks.items()},
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('admin:call_simulator')}?{query}"


def _wanted(form: ModelForm[Any]) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ROUTING_TEST_FIELDS}


def _question(results: _Results) -> Callable[[RoutingTest], str]:
    @admin.display(description="Call")
    def question(test: RoutingTest) -> str:
        over = f" over {results.trunks.get(test.trunk_id, 'a trunk that is gone')}" if test.trunk_id else ""
        return f"{test.caller or 'anonymous'}{over} → {test.called}, {when_words(test.entry.when)}"

    return question


def _expected(results: _Results) -> Callable[[RoutingTest], str]:
    @admin.display(description="Expected")
    def expected(test: RoutingTest) -> str:
        return results.verdicts[test.pk].expected

    return expected


def _actual(results: _Results) -> Callable[[RoutingTest], str]:
    @admin.display(description="Now")
    def actual(test: RoutingTest) -> str:
        verdict = results.verdicts[test.pk]
        words = verdict.actual if verdict.is_met else " ".join(verdict.differences)
        return format_html(
            '<a href="{}" title="{}">{}</a>', _simulator_address(verdict), "See the way of the call", words
        )

    return actual


def _state(results: _Results) -> Callable[[RoutingTest], str]:
    @display(  # type: ignore[untyped-decorator, unused-ignore]
        description="Result", label={"Met": "success", "Not met": "danger", "Off": ""}
    )
    def state(test: RoutingTest) -> str:
        if not test.is_enabled:
            return "Off"
        return "Met" if results.verdicts[test.pk].is_met else "Not met"

    return state  # type: ignore[no-any-return, unused-ignore]
