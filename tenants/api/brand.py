"""The brand of the tenant acted in; without one (administrators only) the platform's. And what everybody is shown."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api.access import ResourceAccess, actor_of
from tenants.audit_trail import audit_request
from tenants.brand_picture_content import brand_picture_content, brand_picture_find
from tenants.brand_pictures import BYTES_MAX
from tenants.brand_shown import ShownBrand, ShownPicture
from tenants.models import Brand, PictureKind, Tenant
from tenants.selectors.brand import (
    brand_find_own,
    brand_shown,
    brand_shown_by_name,
)
from tenants.services.brand import brand_picture_remove, brand_picture_set, brand_remove, brand_set

SUBJECT = "tenants.brand"


class PictureShownSerializer(serializers.Serializer[Any]):
    """`url` needs no sign-in, and changes with the picture."""

    url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class BrandShownSerializer(serializers.Serializer[Any]):
    """What is shown: own, or inherited from the platform or the product. Colours are empty for the product's."""

    name = serializers.CharField()
    company_name = serializers.CharField()
    website = serializers.CharField()
    support_url = serializers.CharField()
    accent_colour = serializers.CharField()
    panel_colour = serializers.CharField()
    logo = PictureShownSerializer(allow_null=True)
    logo_dark = PictureShownSerializer(allow_null=True)
    favicon = PictureShownSerializer(allow_null=True)


class BrandSerializer(serializers.ModelSerializer[Brand]):
    """A tenant's `company_name` and `website` are those of its profile. Colours: `#rrggbb`, or empty."""

    brand_name = serializers.CharField(max_length=40, required=False)
    accent_colour = serializers.CharField(max_length=7, required=False, allow_blank=True)
    panel_colour = serializers.CharField(max_length=7, required=False, allow_blank=True)
    is_own = serializers.SerializerMethodField()
    shown = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="null as long as nobody has set anything."
    )

    class Meta:
        model = Brand
        fields = (
            "is_own",
            "brand_name",
            "company_name",
            "website",
            "support_url",
            "accent_colour",
            "panel_colour",
            "updated_at",
            "shown",
        )

    def get_is_own(self, brand: Brand) -> bool:
        return brand.pk is not None

    @extend_schema_field(BrandShownSerializer)
    def get_shown(self, brand: Brand) -> Any:
        return shown_words(brand_shown(tenant=brand.tenant))

    def to_representation(self, brand: Brand) -> dict[str, Any]:
        words = dict(super().to_representation(brand))
        if brand.tenant is not None:
            words.update(company_name=brand.tenant.display_name, website=brand.tenant.website)
        return words


class PictureSerializer(serializers.Serializer[Any]):
    """PNG, JPEG, WebP, GIF or ICO, 2 MB and 16 megapixels at most; kept as PNG without what else was in the file."""

    picture = serializers.FileField()


class BrandView(ResourceAccess, APIView):
    subject = SUBJECT

    @extend_schema(operation_id="brand_read", responses=BrandSerializer)
    def get(self, request: Request) -> Response:
        """`is_own` is false as long as somebody else's is shown."""
        tenant = actor_of(request).tenant
        return _answer(brand_find_own(tenant=tenant) or Brand(tenant=tenant))

    @extend_schema(operation_id="brand_change", request=BrandSerializer, responses=BrandSerializer)
    def patch(self, request: Request) -> Response:
        """The first change makes the brand and needs its name."""
        tenant = actor_of(request).tenant
        form = BrandSerializer(brand_find_own(tenant=tenant), data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            brand = brand_set(tenant=tenant, **form.validated_data)
            audit_request(request._request, action="brand.update", target=brand)
        return _answer(brand)

    @extend_schema(operation_id="brand_remove", responses={204: None})
    def delete(self, request: Request) -> Response:
        """With its pictures: the platform's brand is shown again, or the product's."""
        tenant = actor_of(request).tenant
        brand = _own_or_404(tenant)
        with transaction.atomic():
            audit_request(request._request, action="brand.delete", target=brand)
            brand_remove(tenant=tenant)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BrandPictureView(ResourceAccess, APIView):
    subject = SUBJECT

    def get_parsers(self) -> list[BaseParser]:
        is_sending = getattr(self, "request", None) is None or self.request.method == "PUT"
        return [MultiPartParser()] if is_sending else list(super().get_parsers())

    @extend_schema(
        operation_id="brand_picture_read",
        responses={(200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request, kind: str) -> HttpResponse:
        """The picture as it was written anew; 404 if there is none."""
        brand = _own_or_404(actor_of(request).tenant)
        name = next((one.name for one in brand.pictures.all() if one.kind == _kind_or_404(kind)), None)
        picture = brand_picture_find(name) if name is not None else None
        content = brand_picture_content(picture=picture) if picture is not None else None
        if content is None:
            raise Http404
        return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "private, no-cache"})

    @extend_schema(
        operation_id="brand_picture_set",
        request={"multipart/form-data": PictureSerializer},
        responses=BrandSerializer,
    )
    def put(self, request: Request, kind: str) -> Response:
        """`logo`, `logo_dark` (besides a logo, for dark surfaces) or `favicon`."""
        wanted, brand = _kind_or_404(kind), brand_find_own(tenant=actor_of(request).tenant)
        if brand is None:
            raise ValidationError(
                {"brand_name": ValidationError("Give the brand its name first.", code="required")}
            )
        form = PictureSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            data = form.validated_data["picture"].read(BYTES_MAX + 1)
            brand_picture_set(brand=brand, kind=wanted, data=data)
            audit_request(request._request, action="brand.update", target=brand)
        return _answer(brand)

    @extend_schema(operation_id="brand_picture_remove", responses={204: None})
    def delete(self, request: Request, kind: str) -> Response:
        """Without the logo the one for dark surfaces goes too."""
        wanted, brand = _kind_or_404(kind), _own_or_404(actor_of(request).tenant)
        with transaction.atomic():
            if not brand_picture_remove(brand=brand, kind=wanted):
                raise Http404
            audit_request(request._request, action="brand.update", target=brand)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BrandShownView(APIView):
    """For sign-in pages of others' making: answers without a token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="brand_shown",
        auth=[],
        parameters=[OpenApiParameter("tenantname", str, description="Whose; empty: the platform's.")],
        responses=BrandShownSerializer,
    )
    def get(self, request: Request) -> Response:
        """An unknown name, and a tenant without a brand, get the platform's."""
        name = str(request.query_params.get("tenantname", ""))
        return Response(shown_words(brand_shown_by_name(name)))


def shown_words(brand: ShownBrand) -> Any:
    accent, panel = (brand.colours.accent, brand.colours.panel) if brand.colours is not None else ("", "")
    pictures = {kind.value: _picture_words(brand.pictures.get(kind)) for kind in PictureKind}
    return BrandShownSerializer(
        {
            "name": brand.name,
            "company_name": brand.company_name,
            "website": brand.website,
            "support_url": brand.support_url,
            "accent_colour": accent,
            "panel_colour": panel,
            **pictures,
        }
    ).data


def _picture_words(picture: ShownPicture | None) -> dict[str, Any] | None:
    if picture is None:
        return None
    return {"url": picture.url, "width": picture.width, "height": picture.height}


def _kind_or_404(kind: str) -> PictureKind:
    if kind not in PictureKind.values:
        raise Http404
    return PictureKind(kind)


def _own_or_404(tenant: Tenant | None) -> Brand:
    brand = brand_find_own(tenant=tenant)
    if brand is None:
        raise Http404
    return brand


def _answer(brand: Brand) -> Response:
    return Response(BrandSerializer(brand).data)
