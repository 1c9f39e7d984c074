"""The page of an extension's status and forwarding rules in the console."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from unfold.admin import ModelAdmin

from callmanager.admin.forwarding_form import ForwardingForm
from callmanager.models import Extension
from callmanager.selectors.extension import extension_list, forward_list
from callmanager.services.extension import extension_update
from tenants.acting import Actor
from tenants.admin.read_once import read_once
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs

_SUBJECT = "callmanager.extension"


class ExtensionForwardingAdmin(ModelAdmin):
    """Mixed into the page of extensions."""

    @admin.display(description="Status and forwarding rules")
    def forwarding_page(self, extension: Extension) -> str:
        if not extension.pk:
            return "Once the extension is saved."
        count = read_once(extension, "forwards", lambda: forward_list(extension=extension).count())
        rules = f"{count} rule{'' if count == 1 else 's'}" if count else "no rules"
        return format_html(
            '{}, {}. <a class="td-button" href="{}">Open the forwarding rules</a>',
            extension.get_status_display(),
            rules,
            reverse("admin:extension_forwarding", args=[extension.pk]),
        )

    def forwarding_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "POST"])(needs(_SUBJECT, Verb.VIEW)(self.forwarding_view))
        return [
            path(
                "<int:extension_id>/forwarding/",
                self.admin_site.admin_view(view),
                name="extension_forwarding",
            )
        ]

    def forwarding_view(self, request: HttpRequest, extension_id: int) -> HttpResponse:
        extension = extension_list().filter(pk=extension_id).first()
        if extension is None:
            raise Http404
        actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
        may_change = actor.may(_SUBJECT, Verb.CHANGE)
        data = request.POST if request.method == "POST" and may_change else None
        form = ForwardingForm(data, extension=extension, rows=forward_list(extension=extension))
        if data is not None and forwarding_saved(request, extension, form):
            messages.success(request, "Saved. It holds from the next call on.")
            return redirect("admin:extension_forwarding", extension.pk)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"Forwarding of {extension}",
            "opts": self.opts,
            "extension": extension,
            "form": form,
            "may_change": may_change,
        }
        return never_cache(render)(
            request, "pbxsite/extension_forwarding.html", context, status=400 if form.errors else 200
        )


def forwarding_saved(request: HttpRequest, extension: Extension, form: ForwardingForm) -> bool:
    """For this page and the person's own."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            extension_update(extension=extension, **form.changes())
            audit_request(request, action="extension.update", target=extension)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True
