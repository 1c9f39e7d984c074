"""Whose brand is shown: the tenant's own, else the platform's, else the product's."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from tenants.brand_colours import colours_of
from tenants.brand_shown import ShownBrand, ShownPicture
from tenants.models import Brand, BrandPicture, PictureKind, Tenant

_PLATFORM = Q(tenant__isnull=True)
_TENANT_NAME_LENGTH = 32


def brand_find_own(*, tenant: Tenant | None) -> Brand | None:
    """None of the tenant is the platform's."""
    return _brands(_PLATFORM if tenant is None else Q(tenant=tenant)).first()


def brand_shown(*, tenant: Tenant | None) -> ShownBrand:
    return _shown(_PLATFORM if tenant is None else _PLATFORM | Q(tenant=tenant))


def brand_shown_by_name(tenant_name: str) -> ShownBrand:
    """For who has not signed in. A name that nobody has, a tenant without a brand and a disabled one look alike."""
    if not tenant_name or not tenant_name.isprintable() or len(tenant_name) > _TENANT_NAME_LENGTH:
        return _shown(_PLATFORM)
    return _shown(_PLATFORM | Q(tenant__name=tenant_name, tenant__is_enabled=True))


def _brands(whose: Q) -> QuerySet[Brand]:
    pictures = Prefetch("pictures", BrandPicture.objects.defer("content"))
    return Brand.objects.filter(whose).select_related("tenant").prefetch_related(pictures)


def _shown(whose: Q) -> ShownBrand:
    brands = list(_brands(whose))
    own = next((one for one in brands if one.tenant_id is not None), None)
    platform = next((one for one in brands if one.tenant_id is None), None)
    brand = own or platform
    if brand is None:
        return ShownBrand()
    tenant = brand.tenant
    chain = [one for one in (own, platform) if one is not None]
    colours = (colours_of(one.accent_colour, one.panel_colour) for one in chain)
    return ShownBrand(
        name=brand.brand_name,
        company_name=tenant.display_name if tenant is not None else brand.company_name,
        website=tenant.website if tenant is not None else brand.website,
        # Who offers no help of its own has that of who runs the platform.
        support_url=next((one.support_url for one in chain if one.support_url), ""),
        colours=next((one for one in colours if one is not None), None),
        pictures={
            PictureKind(one.kind): ShownPicture(one.name, one.width, one.height)
            for one in brand.pictures.all()
        },
        tenant_name=tenant.name if tenant is not None else "",
        is_own=True,
    )
