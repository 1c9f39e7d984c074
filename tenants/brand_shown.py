"""What of a brand people see. Values in, values out, except for the addresses of pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.templatetags.static import static
from django.urls import reverse

from tenants.brand_colours import DEFAULT_ACCENT, BrandColours
from tenants.models.brand import PictureKind

PRODUCT = "Tandem"
# A logo that is much wider than high has the name in it.
WIDE_FROM = 2.0


@dataclass(frozen=True, slots=True)
class ShownPicture:
    name: str
    width: int
    height: int

    @property
    def url(self) -> str:
        return reverse("brand_picture", kwargs={"picture": self.name})

    @property
    def is_wide(self) -> bool:
        return self.width >= WIDE_FROM * self.height


@dataclass(frozen=True, slots=True)
class ShownBrand:
    """`tenant_name` is whose it is; empty for the platform's and for the product's own look."""

    name: str = PRODUCT
    company_name: str = ""
    website: str = ""
    support_url: str = ""
    colours: BrandColours | None = None
    pictures: Mapping[PictureKind, ShownPicture] = field(default_factory=dict)
    tenant_name: str = ""
    is_own: bool = False

    @property
    def logo(self) -> ShownPicture | None:
        return self.pictures.get(PictureKind.LOGO)

    @property
    def logo_dark(self) -> ShownPicture | None:
        return self.pictures.get(PictureKind.LOGO_DARK)

    @property
    def is_logo_wide(self) -> bool:
        """Then the name need not stand beside it."""
        return self.logo is not None and self.logo.is_wide

    @property
    def mark_url(self) -> str:
        """For who has no logo: the first letter of the name on the accent colour; the product's own for nobody's."""
        if not self.is_own:
            return static("pbxsite/logo.svg")
        accent = self.colours.accent if self.colours is not None else DEFAULT_ACCENT
        letter = next((one for one in self.name.upper() if one.isalnum()), self.name[0])
        return reverse("brand_mark", kwargs={"colour": accent[1:], "letter": letter})

    @property
    def favicon(self) -> tuple[str, str]:
        """Address and type."""
        if (icon := self.pictures.get(PictureKind.FAVICON)) is not None:
            return icon.url, "image/png"
        if self.logo is not None and not self.logo.is_wide:
            return self.logo.url, "image/png"
        return self.mark_url, "image/svg+xml"

    @property
    def stylesheet_url(self) -> str:
        """Empty: the product's own colours."""
        if self.colours is None:
            return ""
        colours = {"accent": self.colours.accent[1:], "panel": self.colours.panel[1:]}
        return reverse("brand_stylesheet", kwargs=colours)

    @property
    def query(self) -> str:
        """For addresses before signing in: keeps whose brand is shown."""
        return f"?{urlencode({'tenantname': self.tenant_name})}" if self.tenant_name else ""
