"""Trunks: administrators' list with what each one is at, the provider's fields, and whom it is lent to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from callmanager.admin.read_only import ReadOnlyModelAdmin
from callmanager.admin.trunk_form import TrunkForm, template_initial
from callmanager.admin.trunk_parameters import inbound_parameters_page, outbound_parameters_page
from callmanager.admin.trunk_tenants import trunk_tenants_page
from callmanager.admin.trunk_words import STATE_CLASSES, STATE_WORDS, duration_words, status_of
from callmanager.fleet.models import Trunk, TrunkAssignment
from callmanager.selectors.trunk import trunk_assignment_list, trunk_list
from callmanager.selectors.trunk_template import trunk_template_list
from callmanager.selectors.trunk_usage import trunk_usage
from callmanager.services.routing_guard import trunk_tests_guard
from callmanager.services.trunk import trunk_create, trunk_delete, trunk_update
from tenants.admin.service_admin import ServiceModelAdmin
from tenants.scope import across_tenants, tenant_scope

_LABELS = {STATE_WORDS[state]: colour for state, colour in STATE_CLASSES.items()}


class TrunkAdmin(ServiceModelAdmin):
    audit_name = "trunk"
    form = TrunkForm
    list_display = ("name", "state", "since", "provider", "round_trip", "calls", "tenant_link")
    list_filter = ("status__state", "authentication", "transport", "is_enabled")
    search_fields = ("name", "host", "website")
    list_fullwidth = True
    change_form_outer_before_template = "pbxsite/trunk_tabs.html"
    fieldsets = (
        (None, {"fields": ("name", ("country", "brand"), "website", "is_enabled")}),
        (
            "Where it is",
            {
                "fields": (
                    "host",
                    ("port", "transport"),
                    "outbound_proxy",
                    "outbound_proxy_port",
                    "verifies_certificate",
                    "ca_certificates",
                    "srtp",
                    "is_same_lan",
                    "is_single_via",
                )
            },
        ),
        (
            "Who it is",
            {
                "description": "Where the gateway registers here, give it the host as its SIP server, the address "
                "of this PBX as its outbound proxy, and the name and password as its account. The host is a "
                "domain of your own choice that is no tenant's.",
                "fields": (
                    "authentication",
                    "reregister_interval_s",
                    ("username", "authorization_name"),
                    "password",
                    "addresses",
                ),
            },
        ),
        (
            "Calls",
            {
                "fields": (
                    "max_calls",
                    "codecs",
                    "called_number_source",
                    "called_number_header",
                    "ping_interval_s",
                    "is_recorded",
                )
            },
        ),
    )

    class Media:
        css = {"all": ("pbxsite/trunk.css",)}
        js = (forms.Script("pbxsite/trunk_form.js", type="module"),)

    @display(description="State", label=_LABELS, ordering="status__state")  # type: ignore[untyped-decorator, unused-ignore]
    def state(self, trunk: Trunk) -> str:
        return STATE_WORDS[status_of(trunk).state]

    @admin.display(description="Since", ordering="status__since")
    def since(self, trunk: Trunk) -> SafeString | str:
        status = status_of(trunk)
        if status.since is None:
            return "–"
        why = (
            f"{status.error_code} {status.error_reason}" if status.error_code and not status.is_usable else ""
        )
        return format_html(
            '<div><span class="td-num">{}</span><div class="td-subtle">{}</div></div>',
            duration_words(status.since),
            why,
        )

    @admin.display(description="Provider", ordering="host")
    def provider(self, trunk: Trunk) -> SafeString:
        return format_html(
            '<div><span class="td-mono">{}</span><div class="td-subtle">{}, {}</div></div>',
            f"{trunk.host}:{trunk.port}" if trunk.port else trunk.host,
            trunk.get_transport_display(),
            trunk.get_authentication_display().lower(),
        )

    @admin.display(description="Round trip", ordering="status__round_trip_ms")
    def round_trip(self, trunk: Trunk) -> str:
        return status_of(trunk).round_trip

    @admin.display(description="Calls", ordering="status__calls")
    def calls(self, trunk: Trunk) -> str:
        calls = status_of(trunk).calls
        return f"{calls} of {trunk.max_calls}" if trunk.max_calls else str(calls)

    @admin.display(description="Tenants", ordering="tenant_count")
    def tenant_link(self, trunk: Any) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:fleet_trunk_tenants", args=[trunk.pk]), trunk.tenant_count
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trunk]:
        return trunk_list()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?brand=telnyx`: what its template says."""
        wanted = request.GET.get("brand", "generic")
        template = next((one for one in trunk_template_list() if one.key == wanted), trunk_template_list()[0])
        return template_initial(template)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        trunk = trunk_list().filter(pk=object_id).first() if object_id.isdecimal() else None
        status = status_of(trunk) if trunk is not None else None
        more = {**(extra_context or {}), "trunk_status": status}
        response: HttpResponse = super().change_view(request, object_id, form_url, more)
        return response

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:trunk_id>/tenants/",
                self.admin_site.admin_view(self._tenants_view),
                name="fleet_trunk_tenants",
            ),
            path(
                "<int:trunk_id>/outbound-parameters/",
                self.admin_site.admin_view(partial(outbound_parameters_page, self)),
                name="fleet_trunk_outbound",
            ),
            path(
                "<int:trunk_id>/inbound-parameters/",
                self.admin_site.admin_view(partial(inbound_parameters_page, self)),
                name="fleet_trunk_inbound",
            ),
            *super().get_urls(),
        ]

    def _tenants_view(self, request: HttpRequest, trunk_id: int) -> HttpResponse:
        return trunk_tenants_page(self, request, trunk_id)

    def response_add(
        self, request: HttpRequest, obj: Trunk, post_url_continue: str | None = None
    ) -> HttpResponse:
        """A new trunk is nobody's: on to its tenants."""
        response: HttpResponse = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST or "_continue" in request.POST:
            return response
        return redirect("admin:fleet_trunk_tenants", obj.pk)

    def create(self, form: ModelForm[Any]) -> Trunk:
        return trunk_create(**form.cleaned_data)

    def change(self, obj: Trunk, form: ModelForm[Any]) -> Trunk:
        trunk = Trunk.objects.get(pk=obj.pk)
        cleaned = form.cleaned_data
        changes = {name: cleaned[name] for name in form.changed_data if getattr(trunk, name) != cleaned[name]}
        return trunk_update(trunk=trunk, **changes)

    def get_deleted_objects(
        self, objs: Iterable[Trunk], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """With those who have built on them: the tab “Tenants” can take a trunk away all the same."""
        trunks = list(objs)
        kept = set() if self.has_delete_permission(request) else {"trunks"}
        return [str(one) for one in trunks], {"trunks": len(trunks)}, kept, _used_by(trunks)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Trunk]) -> None:
        trunks = list(queryset)
        with trunk_tests_guard(*trunks):
            super().delete_queryset(request, queryset)

    def delete(self, obj: Trunk) -> None:
        trunk_delete(trunk=obj)


def _used_by(trunks: Iterable[Trunk]) -> list[str]:
    words = []
    with across_tenants():
        lent = list(trunk_assignment_list().filter(trunk__in=[trunk.pk for trunk in trunks]))
    for assignment in lent:
        with tenant_scope(assignment.tenant):
            usages = trunk_usage(trunk_id=assignment.trunk_id, left=None)
        words += [f"{assignment.tenant}: {usage.words}" for usage in usages]
    return words


class LentTrunkAdmin(ReadOnlyModelAdmin):
    """For a tenant: the trunks it may use, and its numbers on them. Nothing of accounts."""

    list_display = ("trunk_name", "state", "since", "numbers")
    search_fields = ("trunk__name", "did_pool")
    fields = ("trunk_name", "state", "since", "numbers")
    ordering = ("trunk__name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrunkAssignment]:
        return trunk_assignment_list()

    @admin.display(description="Trunk", ordering="trunk__name")
    def trunk_name(self, lent: TrunkAssignment) -> SafeString:
        return format_html('<span class="td-party">{}</span>', lent.trunk.name)

    @display(description="State", label=_LABELS, ordering="trunk__status__state")  # type: ignore[untyped-decorator, unused-ignore]
    def state(self, lent: TrunkAssignment) -> str:
        return STATE_WORDS[status_of(lent.trunk).state]

    @admin.display(description="Since", ordering="trunk__status__since")
    def since(self, lent: TrunkAssignment) -> str:
        since = status_of(lent.trunk).since
        return duration_words(since) if since is not None else "–"

    @admin.display(description="Your numbers")
    def numbers(self, lent: TrunkAssignment) -> SafeString | str:
        if not lent.did_pool:
            return "none: calls to outside only"
        if lent.did_pool == "*":
            return "all of the trunk"
        return format_html('<span class="td-mono">{}</span>', lent.did_pool.replace(";", "; "))
