"""The bytes of a brand's picture: a tenant's from its files, the platform's from its row."""

from __future__ import annotations

from tenants.files import file_path
from tenants.models import BrandPicture, TenantFile
from tenants.scope import tenant_scope


def brand_picture_find(name: str) -> BrandPicture | None:
    return BrandPicture.objects.select_related("brand__tenant").filter(name=name).first()


def brand_picture_content(*, picture: BrandPicture) -> bytes | None:
    """None if its file is gone. Whoever knows its name may see it: it stands on the pages before signing in."""
    tenant = picture.brand.tenant
    if tenant is None:
        return bytes(picture.content or b"")
    if picture.file_id is None:
        return None
    with tenant_scope(tenant):
        file = TenantFile.objects.filter(pk=picture.file_id).first()
        path = file_path(file) if file is not None else None
    return path.read_bytes() if path is not None and path.is_file() else None
