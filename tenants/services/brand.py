"""Setting up a brand and its pictures: a tenant's own, or (tenant None) the platform's."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from tenants.audit_changes import audit_note
from tenants.brand_pictures import picture_clean, picture_invalid
from tenants.files import QuotaExceeded, file_delete, file_store
from tenants.integrity import refusing_duplicates
from tenants.models import Brand, BrandPicture, FileKind, PictureKind, Tenant, TenantFile
from tenants.scope import tenant_scope
from tenants.selectors.brand import brand_find_own
from tenants.services.tenant import tenant_update

_FIELDS = frozenset({"brand_name", "company_name", "website", "support_url", "accent_colour", "panel_colour"})
# A tenant's stand in its profile, and are changed there.
_OF_THE_PROFILE = {"company_name": "display_name", "website": "website"}


def brand_set(*, tenant: Tenant | None, **fields: Any) -> Brand:
    """Wholly or not at all. What is not named stays as it is."""
    if unknown := fields.keys() - _FIELDS:
        raise TypeError(f"A brand has no {', '.join(sorted(unknown))} to set.")
    brand = brand_find_own(tenant=tenant) or Brand(tenant=tenant)
    if tenant is not None and tenant.is_being_deleted:
        raise ValidationError("The tenant is being deleted.", code="being_deleted")
    with transaction.atomic(), refusing_duplicates():
        if tenant is not None:
            _set_profile(tenant, {name: fields.pop(name) for name in _OF_THE_PROFILE if name in fields})
        for name, value in fields.items():
            setattr(brand, name, value)
        brand.full_clean()
        brand.save()
    return brand


def brand_remove(*, tenant: Tenant | None) -> None:
    """With its pictures: the platform's is shown again, or the product's own."""
    with transaction.atomic():
        brand = Brand.objects.select_for_update().filter(tenant=tenant).first()
        if brand is None:
            return
        for picture in BrandPicture.objects.defer("content").filter(brand=brand):
            _forget(brand, picture)
        brand.delete()


def brand_picture_set(*, brand: Brand, kind: PictureKind, data: bytes) -> BrandPicture:
    """The one before goes, and so does its address."""
    clean = picture_clean(kind=kind, data=data)
    with transaction.atomic():
        _lock(brand)
        if kind is PictureKind.LOGO_DARK and _find(brand, PictureKind.LOGO) is None:
            raise picture_invalid(
                kind, "It stands in for the logo on dark surfaces: give that first.", "logo_first"
            )
        former = _find(brand, kind)
        if former is not None:
            _forget(brand, former)
        picture = BrandPicture(brand=brand, kind=kind, width=clean.width, height=clean.height)
        if brand.tenant is None:
            picture.content = clean.content
        else:
            picture.file_id = _stored(brand.tenant, kind, clean.content).pk
        picture.save()
        audit_note(target=brand, name=kind.value, before="old" if former else None, after="new")
    return picture


def brand_picture_remove(*, brand: Brand, kind: PictureKind) -> bool:
    """Whether there was one."""
    with transaction.atomic():
        _lock(brand)
        former = _find(brand, kind)
        if former is None:
            return False
        _forget(brand, former)
        audit_note(target=brand, name=kind.value, before="old", after=None)
        if kind is PictureKind.LOGO:
            brand_picture_remove(brand=brand, kind=PictureKind.LOGO_DARK)
    return True


def _set_profile(tenant: Tenant, fields: dict[str, Any]) -> None:
    changes = {_OF_THE_PROFILE[name]: value for name, value in fields.items()}
    if not any(getattr(tenant, name) != value for name, value in changes.items()):
        return
    try:
        tenant_update(tenant=tenant, **changes)
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        names = {column: name for name, column in _OF_THE_PROFILE.items()}
        raise ValidationError(
            {names.get(column, column): problems for column, problems in error.error_dict.items()}
        ) from error


def _lock(brand: Brand) -> None:
    """One after the other, or two pictures of a kind would stand beside each other."""
    if not Brand.objects.select_for_update().filter(pk=brand.pk).exists():
        raise ValidationError("The brand was removed meanwhile.", code="gone")


def _find(brand: Brand, kind: PictureKind) -> BrandPicture | None:
    return BrandPicture.objects.defer("content").filter(brand=brand, kind=kind).first()


def _stored(tenant: Tenant, kind: PictureKind, content: bytes) -> TenantFile:
    try:
        with tenant_scope(tenant):
            return file_store(
                kind=FileKind.PICTURE,
                source=BytesIO(content),
                original_name=f"{kind.value}.png",
                content_type="image/png",
            )
    except QuotaExceeded as error:
        raise picture_invalid(kind, error.messages[0], "quota_exceeded") from error


def _forget(brand: Brand, picture: BrandPicture) -> None:
    if brand.tenant is not None and picture.file_id is not None:
        with tenant_scope(brand.tenant):
            file = TenantFile.objects.filter(pk=picture.file_id).first()
            if file is not None:
                file_delete(file=file)
    picture.delete()
