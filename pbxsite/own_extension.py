"""What an extension's person may change alone: name, addresses, photo; if the company allows it, the SIP password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from callmanager.admin.extension_person import qr_markup
from callmanager.models import Extension
from callmanager.models.extension import NO_CONTROL_CHARACTERS, PHONE_NUMBER
from callmanager.services.extension import extension_update
from callmanager.services.extension_photo import photo_find, photo_set
from callmanager.services.extension_welcome import phone_account, qr_svg
from callmanager.services.sip_password import sip_password_generate
from pbxsite.console.sites import platform_site
from pbxsite.own_person import own_person
from tenants.audit_trail import audit_request
from tenants.files import file_response
from tenants.models import Tenant


class OwnExtensionForm(forms.Form):
    first_name = forms.CharField(max_length=64, required=False, validators=[NO_CONTROL_CHARACTERS])
    last_name = forms.CharField(max_length=64, required=False, validators=[NO_CONTROL_CHARACTERS])
    email = forms.EmailField(
        label="E-mail address", required=False, help_text="Yours alone: it can be used to sign in."
    )
    mobile = forms.CharField(label="Mobile number", max_length=32, required=False, validators=[PHONE_NUMBER])
    photo = forms.FileField(
        required=False,
        help_text="JPEG, PNG, WebP or GIF of at most 5 MB. It is cut square.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_extension(request: HttpRequest) -> HttpResponse:
    own = _own(request)
    if own is None:
        return redirect("sign_in")
    extension, tenant = own
    present = {name: getattr(extension, name) for name in ("first_name", "last_name", "email", "mobile")}
    form = OwnExtensionForm(request.POST or None, request.FILES or None, initial=present)
    if request.method == "POST" and form.is_valid() and _saved(request, extension, form):
        messages.success(request, "Saved.")
        return redirect("own_extension")
    return _page(request, extension, tenant, form)


@require_safe
def own_photo(request: HttpRequest) -> HttpResponseBase:
    own = _own(request)
    file = photo_find(extension=own[0]) if own is not None else None
    if file is None:
        raise Http404
    return file_response(file)


@never_cache
@require_POST
def own_sip_password(request: HttpRequest) -> HttpResponse:
    """A new one, shown this once; the phones have to be told."""
    own = _own(request)
    if own is None:
        return redirect("sign_in")
    extension, tenant = own
    if not tenant.may_extensions_change_sip_password:
        raise Http404
    password = sip_password_generate(number=extension.number)
    with transaction.atomic():
        extension_update(extension=extension, sip_password=password)
        audit_request(request, action="extension.update", target=extension)
    return _page(request, extension, tenant, OwnExtensionForm(), sip_password=password)


def _saved(request: HttpRequest, extension: Extension, form: OwnExtensionForm) -> bool:
    changes = {name: form.cleaned_data[name] for name in form.changed_data if name != "photo"}
    try:
        with transaction.atomic():
            if changes:
                extension_update(extension=extension, **changes)
            if form.cleaned_data["photo"] is not None:
                photo_set(extension=extension, data=form.cleaned_data["photo"].read())
            audit_request(request, action="extension.update", target=extension)
    except ValidationError as error:
        for field, problems in error.error_dict.items() if hasattr(error, "error_dict") else ():
            form.add_error(None if field in (NON_FIELD_ERRORS,) else field, problems)
        if not hasattr(error, "error_dict"):
            form.add_error(None, error.error_list)
        return False
    return True


def _page(
    request: HttpRequest,
    extension: Extension,
    tenant: Tenant,
    form: OwnExtensionForm,
    sip_password: str = "",
) -> HttpResponse:
    # The password is in the code only at the moment it was made: its person may never have been shown another one.
    account = phone_account(tenant=tenant, extension=extension, has_password=bool(sip_password))
    context: dict[str, Any] = {
        **platform_site.each_context(request),
        "title": "My profile",
        "tenant": tenant,
        "extension": extension,
        "form": form,
        "sip_password": sip_password,
        "account": account,
        "has_password": bool(sip_password),
        "qr": qr_markup(qr_svg(account)),
    }
    return render(request, "pbxsite/own_extension.html", context)


def _own(request: HttpRequest) -> tuple[Extension, Tenant] | None:
    person = own_person(request)
    return (person.extension, person.tenant) if person is not None else None
