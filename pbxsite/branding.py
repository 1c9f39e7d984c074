"""Whose brand a request shows, and how it is kept until somebody has signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from tenants.acting import Actor
from tenants.brand_shown import ShownBrand
from tenants.models import Tenant, User
from tenants.selectors.brand import brand_shown, brand_shown_by_name

# What the address says before signing in. It decorates, and means nothing for who may enter.
PARAMETER = "tenantname"
_SESSION_KEY = "brand_of_sign_in"
_ON_REQUEST = "_tandem_brand"


def brand_of(request: HttpRequest) -> ShownBrand:
    """Of the tenant acted in; before signing in of the one that the address names; else the platform's."""
    known: ShownBrand | None = getattr(request, _ON_REQUEST, None)
    if known is None:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            known = brand_shown_by_name(request.GET.get(PARAMETER, ""))
        else:
            known = brand_shown(tenant=actor.tenant)
        setattr(request, _ON_REQUEST, known)
    return known


def brand_unless_named(request: HttpRequest, tenant: Tenant | None) -> None:
    """Shows this tenant's where the address names none."""
    if PARAMETER not in request.GET:
        setattr(request, _ON_REQUEST, brand_shown(tenant=tenant))


def branded(request: HttpRequest, url_name: str) -> str:
    """The address of a page before signing in that shows the same brand as this one."""
    return f"{reverse(url_name)}{brand_of(request).query}"


def brand_remember(request: HttpRequest, brand: ShownBrand, user: User) -> None:
    """After signing in: whose page to show when they sign out. That of their company where they named none."""
    shown = brand if brand.tenant_name else brand_shown(tenant=user.tenant)
    request.session[_SESSION_KEY] = shown.tenant_name


def sign_in_address_of(request: HttpRequest) -> str:
    """The sign-in page for who is about to sign out."""
    name = request.session.get(_SESSION_KEY, "")
    return f"{reverse('sign_in')}{brand_shown_by_name(name).query if name else ''}"


def brand_of_page(request: HttpRequest) -> dict[str, Any]:
    """For pages outside the consoles, such as errors; asked for only where a template names it."""
    return {"brand": SimpleLazyObject(lambda: brand_of(request))}


def brand_context(request: HttpRequest, styles: list[str]) -> dict[str, Any]:
    """For the theme's templates and ours."""
    brand = brand_of(request)
    href, kind = brand.favicon
    return {
        "brand": brand,
        "site_title": brand.name,
        "site_header": brand.name,
        "site_favicons": [{"rel": "icon", "type": kind, "href": href}],
        "styles": [*styles, brand.stylesheet_url] if brand.stylesheet_url else styles,
    }
