"""How the platform presents itself, and each tenant that wants to look like itself."""

from __future__ import annotations

import secrets

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from tenants.brand_colours import CONTRAST_MIN, WHITE, contrast, is_colour, is_readable, readable_shade
from tenants.models.tenant import Tenant


class PictureKind(models.TextChoices):
    LOGO = "logo", "Logo"
    LOGO_DARK = "logo_dark", "Logo on dark surfaces"
    FAVICON = "favicon", "Icon of the browser's tab"


def new_picture_name() -> str:
    """The whole of its address: 192 random bits, so that nobody finds the neighbour's."""
    return secrets.token_hex(24)


def validate_one_line(value: str) -> None:
    if not value.isprintable():
        raise ValidationError("No line breaks or control characters.", code="invalid")


def validate_colour(value: str) -> None:
    if not is_colour(value):
        raise ValidationError("A colour is # and six hexadecimal digits, such as #0f766e.", code="colour")


def validate_accent(value: str) -> None:
    validate_colour(value)
    if not is_readable(value):
        raise ValidationError(
            f"White text on {value} has a contrast of {contrast(value, WHITE):.1f} to 1, and at least {CONTRAST_MIN} "
            f"is needed to read it: choose a darker one, such as {readable_shade(value)}.",
            code="contrast",
        )


_WEB_ADDRESS = URLValidator(schemes=["http", "https"])


class Brand(models.Model):
    """`tenant` null is the platform's, which every tenant without one shows."""

    tenant = models.OneToOneField(
        Tenant, null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="brand"
    )
    brand_name = models.CharField(
        max_length=40,
        validators=[validate_one_line],
        help_text="In the head of every page, the browser's tab and e-mails.",
    )
    # A tenant's own stand in its profile.
    company_name = models.CharField(max_length=100, blank=True, default="", validators=[validate_one_line])
    website = models.CharField(
        "company website", max_length=200, blank=True, default="", validators=[_WEB_ADDRESS]
    )
    support_url = models.CharField(
        "support link",
        max_length=200,
        blank=True,
        default="",
        validators=[_WEB_ADDRESS],
        help_text="Where people find help; shown at sign-in, on extensions' own pages and in e-mails.",
    )
    accent_colour = models.CharField(
        max_length=7,
        blank=True,
        default="",
        validators=[validate_accent],
        help_text="Of buttons, links and what is chosen. White text on it must be readable.",
    )
    panel_colour = models.CharField(
        max_length=7,
        blank=True,
        default="",
        validators=[validate_colour],
        help_text="Of the surface beside the sign-in form; its text is white or black, whichever can be read. "
        "Empty: a dark shade of the accent colour.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(tenant__isnull=True), name="brand_of_the_platform_is_one"
            ),
            models.CheckConstraint(condition=~Q(brand_name=""), name="brand_has_a_name"),
            models.CheckConstraint(
                condition=Q(tenant__isnull=True) | Q(company_name="", website=""),
                name="brand_of_a_tenant_has_its_profile",
            ),
            models.CheckConstraint(
                condition=Q(accent_colour__regex=r"^(#[0-9a-f]{6})?$"), name="brand_accent_is_a_colour"
            ),
            models.CheckConstraint(
                condition=Q(panel_colour__regex=r"^(#[0-9a-f]{6})?$"), name="brand_panel_is_a_colour"
            ),
        ]

    def __str__(self) -> str:
        return self.brand_name

    def clean_fields(self, exclude: object = None) -> None:
        self.accent_colour = self.accent_colour.strip().lower()
        self.panel_colour = self.panel_colour.strip().lower()
        super().clean_fields(exclude)  # type: ignore[arg-type]


class BrandPicture(models.Model):
    """A tenant's lies among its files, counted like them; the platform, which has no files, keeps its own here."""

    is_audited = False

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="pictures")
    kind = models.CharField(max_length=9, choices=PictureKind.choices)
    name = models.CharField(max_length=48, unique=True, default=new_picture_name, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # A row of TenantFile, which only its tenant's scope sees.
    file_id = models.BigIntegerField(null=True, editable=False)
    content = models.BinaryField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "kind"], name="brand_picture_is_one_of_its_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=PictureKind.values), name="brand_picture_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(file_id__isnull=True, content__isnull=False)
                | Q(file_id__isnull=False, content__isnull=True),
                name="brand_picture_lies_in_one_place",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
