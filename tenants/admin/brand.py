"""The page of a brand: a tenant's own, or the platform's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tenants.acting import Actor
from tenants.audit_trail import audit_request, audit_request_failed
from tenants.brand_pictures import BYTES_MAX, FORMAT_WORDS
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Brand, PictureKind, Tenant
from tenants.selectors.brand import brand_find_own, brand_shown
from tenants.services.brand import brand_picture_remove, brand_picture_set, brand_remove, brand_set

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Brand]
else:
    _ModelForm = forms.ModelForm

SUBJECT = "tenants.brand"
NAMES = ("brand_name", "company_name", "website", "support_url")
# With what they are without a brand, as examples.
COLOURS = {"accent_colour": "#155dfc", "panel_colour": "#0b1433"}
_PICTURES = ".png,.jpg,.jpeg,.webp,.gif,.ico"
_PICTURE_HELP = {
    PictureKind.LOGO: "In the head of pages and e-mails. A wide one is shown without the brand's name beside it.",
    PictureKind.LOGO_DARK: "Only if the logo can't be seen on dark surfaces; without it, it gets a white plate there.",
    PictureKind.FAVICON: "Square. Without it the logo, or the first letter of the name.",
}


class BrandForm(_ModelForm):
    """Pictures are named by their kind; `remove_…` takes one away."""

    class Meta:
        model = Brand
        fields = (*NAMES, *COLOURS)
        widgets = {
            name: forms.TextInput(attrs={"placeholder": example, "data-colour": ""})
            for name, example in COLOURS.items()
        }

    def __init__(self, *args: Any, tenant: Tenant | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if tenant is not None:
            self.initial.update(company_name=tenant.display_name, website=tenant.website)
            self.fields["company_name"].required = True
            for name in ("company_name", "website"):
                self.fields[name].help_text = "The same as in the profile."
        for kind in PictureKind:
            self.fields[kind.value] = forms.FileField(
                label=kind.label,
                required=False,
                help_text=_PICTURE_HELP[kind],
                widget=forms.FileInput(attrs={"accept": _PICTURES}),
            )
            self.fields[f"remove_{kind.value}"] = forms.BooleanField(label="Remove it", required=False)

    def save_all(self, tenant: Tenant | None) -> Brand:
        """Wholly or not at all; ValidationError by field."""
        cleaned = self.cleaned_data
        brand = brand_set(tenant=tenant, **{name: cleaned[name] for name in (*NAMES, *COLOURS)})
        for kind in PictureKind:
            upload = cleaned[kind.value]
            if upload is not None:
                brand_picture_set(brand=brand, kind=kind, data=upload.read(BYTES_MAX + 1))
            elif cleaned[f"remove_{kind.value}"]:
                brand_picture_remove(brand=brand, kind=kind)
        return brand


@needs(SUBJECT, Verb.VIEW)
def brand_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if request.method != "POST":
        return _page(request, site_context, _form(request))
    if request.POST.get("step") == "remove":
        return _remove(request)
    return _save(request, site_context)


@needs(SUBJECT, Verb.CHANGE)
def _save(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    tenant = _actor(request).tenant
    form = _form(request)
    if form.is_valid():
        try:
            with transaction.atomic():
                brand = form.save_all(tenant)
                audit_request(request, action="brand.update", target=brand)
        except ValidationError as error:
            _refuse(form, error)
            audit_request_failed(request, action="brand.update", reason="; ".join(error.messages))
        else:
            messages.success(request, "The brand is saved.")
            return redirect("admin:brand")
    return _page(request, site_context, form, status=400)


@needs(SUBJECT, Verb.DELETE)
def _remove(request: HttpRequest) -> HttpResponse:
    tenant = _actor(request).tenant
    brand = brand_find_own(tenant=tenant)
    if brand is not None:
        with transaction.atomic():
            audit_request(request, action="brand.delete", target=brand)
            brand_remove(tenant=tenant)
        messages.success(request, "The brand is removed.")
    return redirect("admin:brand")


def _refuse(form: BrandForm, error: ValidationError) -> None:
    problems = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for field, errors in problems.items():
        form.add_error(field if field in form.fields else None, errors)


def _form(request: HttpRequest) -> BrandForm:
    tenant = _actor(request).tenant
    own = brand_find_own(tenant=tenant) or Brand(tenant=tenant)
    if request.method != "POST":
        return BrandForm(instance=own, tenant=tenant)
    return BrandForm(request.POST, request.FILES, instance=own, tenant=tenant)


def _page(
    request: HttpRequest, site_context: dict[str, Any], form: BrandForm, status: int = 200
) -> HttpResponse:
    actor = _actor(request)
    own = brand_find_own(tenant=actor.tenant)
    shown = brand_shown(tenant=actor.tenant)
    pictures = {one.kind: one for one in own.pictures.all()} if own is not None else {}
    address = f"{reverse('sign_in')}?tenantname={actor.tenant.name}" if actor.tenant else reverse("sign_in")
    context = {
        **site_context,
        "title": "Branding",
        "form": form,
        "names": [form[name] for name in NAMES],
        "colours": [form[name] for name in COLOURS],
        "pictures": [
            {
                "field": form[kind.value],
                "remove": form[f"remove_{kind.value}"],
                "present": shown.pictures.get(kind) if kind.value in pictures else None,
                "is_on_dark": kind is PictureKind.LOGO_DARK,
            }
            for kind in PictureKind
        ],
        "own": own,
        "tenant": actor.tenant,
        "sign_in_address": request.build_absolute_uri(address),
        "picture_formats": FORMAT_WORDS,
        "picture_megabytes": BYTES_MAX // 1_000_000,
        "may_change": actor.may(SUBJECT, Verb.CHANGE),
    }
    return render(request, "pbxsite/brand.html", context, status=status)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
