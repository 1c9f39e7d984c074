"""The profile of an extension in the console: photo, QR code, welcome mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from unfold.admin import ModelAdmin

from callmanager.models import Extension
from callmanager.selectors.extension import extension_list
from callmanager.services.extension_photo import photo_find, photo_remove, photo_set
from callmanager.services.extension_welcome import phone_account, qr_svg, welcome_send
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.files import file_response
from tenants.models import Tenant

SUBJECT = "callmanager.extension"


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label="Photo",
        help_text="JPEG, PNG, WebP or GIF of at most 5 MB. It is cut square.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )


class ExtensionPersonAdmin(ModelAdmin):
    """Mixed into the page of extensions."""

    @admin.display(description="Photo, QR code, welcome mail")
    def profile_page(self, extension: Extension) -> str:
        if not extension.pk:
            return "Once the extension is saved."
        return format_html(
            '<a class="td-button" href="{}">Open the profile</a>',
            reverse("admin:extension_person", args=[extension.pk]),
        )

    def person_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponseBase], verb: Verb) -> Any:
            return self.admin_site.admin_view(needs(SUBJECT, verb)(view))

        upload = require_http_methods(["GET", "POST"])(self.person_view)
        return [
            path("<int:extension_id>/person/", page(upload, Verb.VIEW), name="extension_person"),
            path(
                "<int:extension_id>/person/photo/",
                page(require_safe(self.photo_view), Verb.VIEW),
                name="extension_photo",
            ),
            path(
                "<int:extension_id>/person/photo/remove/",
                page(require_POST(self.photo_remove_view), Verb.CHANGE),
                name="extension_photo_remove",
            ),
            path(
                "<int:extension_id>/person/welcome/",
                page(require_POST(self.welcome_view), Verb.CHANGE),
                name="extension_welcome",
            ),
        ]

    def person_view(self, request: HttpRequest, extension_id: int) -> HttpResponse:
        extension, actor, tenant = _asked(request, extension_id)
        may_change = actor.may(SUBJECT, Verb.CHANGE)
        form = PhotoForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and may_change and form.is_valid():
            try:
                with transaction.atomic():
                    photo_set(extension=extension, data=form.cleaned_data["photo"].read())
                    audit_request(request, action="extension.update", target=extension)
                return redirect("admin:extension_person", extension_id)
            except ValidationError as error:
                form.add_error("photo", error.messages)
        has_password = tenant.is_sip_password_shown and may_change
        account = phone_account(tenant=tenant, extension=extension, has_password=has_password)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Profile of {extension}",
            "opts": self.opts,
            "extension": extension,
            "tenant": tenant,
            "form": form,
            "may_change": may_change,
            "account": account,
            "has_password": has_password,
            "qr": qr_markup(qr_svg(account)),
        }
        return never_cache(render)(request, "pbxsite/extension_person.html", context)

    def photo_view(self, request: HttpRequest, extension_id: int) -> HttpResponseBase:
        file = photo_find(extension=_asked(request, extension_id)[0])
        if file is None:
            raise Http404
        return file_response(file)

    def photo_remove_view(self, request: HttpRequest, extension_id: int) -> HttpResponse:
        extension = _asked(request, extension_id)[0]
        with transaction.atomic():
            photo_remove(extension=extension)
            audit_request(request, action="extension.update", target=extension)
        return redirect("admin:extension_person", extension_id)

    def welcome_view(self, request: HttpRequest, extension_id: int) -> HttpResponse:
        extension, _, tenant = _asked(request, extension_id)
        try:
            with transaction.atomic():
                welcome_send(tenant=tenant, extension=extension)
                audit_request(request, action="extension.welcome", target=extension)
            messages.success(request, f"The welcome mail is on its way to {extension.email}.")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("admin:extension_person", extension_id)


def qr_markup(svg: str) -> SafeString:
    """Drawn by our own library from coordinates: nothing of what people typed is in its text."""
    return mark_safe(svg)  # noqa: S308


def _asked(request: HttpRequest, extension_id: int) -> tuple[Extension, Actor, Tenant]:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    extension = extension_list().filter(pk=extension_id).first()
    if extension is None or actor.tenant is None:
        raise Http404
    return extension, actor, actor.tenant
