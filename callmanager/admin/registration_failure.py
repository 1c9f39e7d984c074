"""Why can't this phone register? The refused attempts, and for one number everything that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from callmanager.admin.read_only import ReadOnlyModelAdmin
from callmanager.domain.registration_failures import cause_of
from callmanager.fleet.models import RegistrationFailure
from callmanager.selectors.extension import extension_find
from callmanager.selectors.person import own_registration_list
from callmanager.selectors.registration_failure import (
    own_registration_failure_list,
    registration_failure_list,
)
from tenants.acting import Actor
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Role

ATTEMPTS_SHOWN = 20
NUMBER_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that decides whether a phone of the number can register."""

    is_well: bool
    text: str


class RegistrationFailureAdmin(ReadOnlyModelAdmin):
    fields = ("at", "number", "domain", "why", "help_words", "source", "user_agent")
    list_filter_submit = True
    list_filter: tuple[Any, ...] = (
        ("at", RangeDateTimeFilter),
        ("number", FieldTextFilter),
        ("cause", FieldTextFilter),
    )
    search_fields = ("number", "domain", "source", "user_agent")
    show_full_result_count = False

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
        own = ("at", "account", "why", "help_words", "source", "user_agent")
        return ("at", "number", "domain", *own[2:]) if actor.tenant is None else own

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegistrationFailure]:
        return registration_failure_list()

    @admin.display(description="Extension", ordering="number")
    def account(self, failure: RegistrationFailure) -> SafeString:
        url = reverse("admin:registration_check")
        return format_html(
            '<a class="td-party" href="{}?number={}">{}</a>', url, failure.number, failure.number
        )

    @display(description="Cause", label="danger", ordering="cause")  # type: ignore[untyped-decorator, unused-ignore]
    def why(self, failure: RegistrationFailure) -> str:
        return cause_of(failure.cause).title

    @admin.display(description="What helps")
    def help_words(self, failure: RegistrationFailure) -> str:
        return cause_of(failure.cause).helps


@needs("fleet.registrationfailure", Verb.VIEW)
def registration_check_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """For one number of the tenant; an extension asks about its own."""
    actor: Actor = request.actor  # type: ignore[attr-defined] # the tenant site has no other requests
    # What the database can't be asked for is no number.
    number = "".join(one for one in request.GET.get("number", "") if one.isprintable()).strip()[
        :NUMBER_LENGTH
    ]
    is_own = actor.role == Role.EXTENSION
    if is_own:
        number = actor.user.extension_number
    context = {
        **site_context,
        "title": "Why can't this phone register?",
        "number": number,
        "is_own": is_own,
        "may_see_network": actor.may("pbxsite.network", Verb.VIEW),
    }
    if number and actor.tenant is not None:
        attempts = list(own_registration_failure_list(number=number)[:ATTEMPTS_SHOWN])
        context |= {
            "findings": _findings(number, is_tenant_enabled=actor.tenant.is_enabled),
            "registrations": list(own_registration_list(number=number)),
            "attempts": [(attempt, cause_of(attempt.cause)) for attempt in attempts],
            "latest": cause_of(attempts[0].cause) if attempts else None,
        }
    return render(request, "pbxsite/registration_check.html", context)


def _findings(number: str, *, is_tenant_enabled: bool) -> list[Finding]:
    extension = extension_find(number=number)
    findings = [
        Finding(
            is_tenant_enabled, "The company is enabled." if is_tenant_enabled else "The company is disabled."
        ),
        Finding(
            extension is not None,
            f"Extension {number} exists." if extension is not None else f"There is no extension {number}.",
        ),
    ]
    if extension is not None:
        state = "enabled" if extension.is_enabled else "disabled"
        findings.append(Finding(extension.is_enabled, f"It is {state}."))
    return findings
