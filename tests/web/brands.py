"""Brands of the cast, and pictures to look for."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from tenants.models import Brand, PictureKind, Tenant
from tenants.services.brand import brand_picture_set, brand_set

ACCENT, PANEL = "#0f766e", "#042c29"


def picture(
    width: int = 320, height: int = 80, kind: str = "PNG", colour: Any = "teal", **more: Any
) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind, **more)
    return out.getvalue()


def brand_make(tenant: Tenant | None, *, pictures: bool = True, **changes: Any) -> Brand:
    fields = {
        "brand_name": "Acme Phone" if tenant is not None else "Phones for All",
        "company_name": "Acme Inc." if tenant is not None else "Hoster Ltd.",
        "website": "https://acme.example/" if tenant is not None else "https://hoster.example/",
        "support_url": "https://acme.example/help" if tenant is not None else "https://hoster.example/help",
        "accent_colour": ACCENT if tenant is not None else "#a21caf",
        "panel_colour": "",
    }
    brand = brand_set(tenant=tenant, **{**fields, **changes})
    if pictures:
        brand_picture_set(brand=brand, kind=PictureKind.LOGO, data=picture())
        brand_picture_set(brand=brand, kind=PictureKind.FAVICON, data=picture(64, 64))
    return brand
