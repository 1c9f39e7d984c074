"""A brand: what is taken, what is shown to whom, what of its pictures stays and what goes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from PIL import Image

from tenants.brand_picture_content import brand_picture_content, brand_picture_find
from tenants.brand_pictures import FAVICON_SIDE, LOGO_BOX, picture_clean
from tenants.models import Brand, BrandPicture, PictureKind, Tenant, TenantFile
from tenants.scope import across_tenants, tenant_scope
from tenants.selectors.brand import brand_find_own, brand_shown, brand_shown_by_name
from tenants.services.brand import brand_picture_remove, brand_picture_set, brand_remove, brand_set
from tenants.services.tenant import tenant_create
from tenants.services.tenant_deletion import tenant_delete
from tests.web.asgi_server import committed
from tests.web.brands import ACCENT, brand_make, picture
from tests.web.conftest import WEB_PASSWORD, TenantMaker

LOGO, LOGO_DARK, FAVICON = PictureKind.LOGO, PictureKind.LOGO_DARK, PictureKind.FAVICON


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def refusal(call: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        call()
    return {field: str(errors[0].code) for field, errors in caught.value.error_dict.items()}


class TestWhoseIsShown:
    def test_without_any_brand_the_products_own_look(self, acme: Tenant) -> None:
        for shown in (brand_shown(tenant=acme), brand_shown(tenant=None), brand_shown_by_name("acme")):
            assert (shown.name, shown.colours, shown.is_own, shown.query) == ("Tandem", None, False, "")

    def test_a_tenant_without_a_brand_shows_the_platforms(self, acme: Tenant, globex: Tenant) -> None:
        brand_make(None)
        brand_make(acme)
        assert brand_shown(tenant=acme).name == "Acme Phone"
        assert (brand_shown(tenant=globex).name, brand_shown(tenant=globex).tenant_name) == (
            "Phones for All",
            "",
        )
        assert brand_shown(tenant=globex).company_name == "Hoster Ltd."

    def test_what_a_brand_leaves_open_is_the_platforms_but_never_its_identity(self, acme: Tenant) -> None:
        brand_make(None)
        brand_make(acme, pictures=False, accent_colour="", support_url="")
        shown = brand_shown(tenant=acme)
        assert shown.colours is not None
        assert (shown.colours.accent, shown.support_url) == ("#a21caf", "https://hoster.example/help")
        assert (shown.company_name, shown.website, shown.logo) == ("Acme Inc.", "https://acme.example/", None)
        assert shown.favicon == ("/brand/marks/a21caf-A.svg", "image/svg+xml")

    @pytest.mark.parametrize(
        "name", ["", "nobody", "globex", "ACME", "acme\0", "a" * 5000, "acme' OR 1=1 --", "../acme", "%00"]
    )
    def test_a_name_without_a_brand_shows_the_platforms_whoever_has_it(self, acme: Tenant, name: str) -> None:
        brand_make(None)
        brand_make(acme)
        assert brand_shown_by_name(name) == brand_shown(tenant=None)

    def test_a_disabled_tenants_brand_is_shown_to_its_people_alone(self, acme: Tenant) -> None:
        brand_make(acme)
        assert brand_shown_by_name("acme").name == "Acme Phone"
        Tenant.objects.filter(pk=acme.pk).update(is_enabled=False)
        assert brand_shown_by_name("acme").name == "Tandem"

    def test_it_asks_twice_whoever_looks(self, acme: Tenant, django_assert_num_queries: Any) -> None:
        brand_make(None)
        brand_make(acme)
        with django_assert_num_queries(2):
            brand_shown(tenant=acme)
        with django_assert_num_queries(2):
            brand_shown_by_name("acme")


class TestWhatIsTaken:
    def test_a_tenants_company_and_website_are_those_of_its_profile(self, acme: Tenant) -> None:
        brand = brand_make(acme)
        acme.refresh_from_db()
        assert (acme.display_name, acme.website) == ("Acme Inc.", "https://acme.example/")
        assert (brand.company_name, brand.website) == ("", "")
        assert refusal(lambda: brand_set(tenant=acme, company_name="")) == {"company_name": "blank"}
        assert refusal(lambda: brand_set(tenant=acme, website="no address")) == {"website": "invalid"}

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("brand_name", "", "blank"),
            ("brand_name", "A\nB", "invalid"),
            ("brand_name", "x" * 41, "max_length"),
            ("support_url", "javascript:alert(1)", "invalid"),
            ("support_url", "ftp://acme.example/", "invalid"),
            ("accent_colour", "red", "colour"),
            ("accent_colour", "#fff;}x{", "colour"),
            ("accent_colour", "#facc15", "contrast"),
            ("panel_colour", "url(x)", "colour"),
        ],
    )
    def test_what_is_wrong_is_named(self, acme: Tenant, field: str, value: str, code: str) -> None:
        brand_make(acme, pictures=False)
        assert refusal(lambda: brand_set(tenant=acme, **{field: value})) == {field: code}
        assert brand_shown(tenant=acme).name == "Acme Phone"

    def test_the_refusal_of_a_colour_names_one_that_can_be_read(self, acme: Tenant) -> None:
        with pytest.raises(ValidationError) as caught:
            brand_make(acme, accent_colour="#FACC15")
        assert "contrast of 1.5 to 1" in caught.value.messages[0]
        proposed = caught.value.messages[0].rstrip(".")[-7:]
        assert brand_make(acme, accent_colour=proposed).accent_colour == proposed

    def test_nothing_is_half_written(self, acme: Tenant) -> None:
        assert refusal(lambda: brand_make(acme, accent_colour="#ffffff")) == {"accent_colour": "contrast"}
        acme.refresh_from_db()
        assert (acme.display_name, brand_find_own(tenant=acme)) == ("acme", None)

    def test_the_database_refuses_what_services_would(self, acme: Tenant) -> None:
        for wrong in (
            {"tenant": acme, "brand_name": ""},
            {"tenant": acme, "brand_name": "x", "company_name": "y"},
            {"tenant": acme, "brand_name": "x", "accent_colour": "red"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Brand.objects.create(**wrong)
        Brand.objects.create(brand_name="first")
        with pytest.raises(IntegrityError), transaction.atomic():
            Brand.objects.create(brand_name="second")


class TestPictures:
    def test_a_logo_is_written_anew_without_what_else_was_in_the_file(self) -> None:
        exif = Image.Exif()
        exif[0x010E] = "secret place"
        clean = picture_clean(kind=LOGO, data=picture(2000, 1000, "JPEG", exif=exif) + b"<script>")
        assert (clean.width, clean.height) == (320, 160)
        with Image.open(BytesIO(clean.content)) as shown:
            assert (shown.format, shown.size) == ("PNG", (320, 160))
            assert not dict(shown.getexif())
        assert b"secret" not in clean.content
        assert b"<script>" not in clean.content

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "ICO"])
    def test_the_usual_kinds_are_taken(self, kind: str) -> None:
        clean = picture_clean(kind=FAVICON, data=picture(200, 100, kind))
        assert clean.width == clean.height <= FAVICON_SIDE

    def test_a_transparent_margin_goes(self) -> None:
        canvas = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
        canvas.paste(Image.new("RGBA", (200, 50), "red"), (100, 170))
        out = BytesIO()
        canvas.save(out, "PNG")
        clean = picture_clean(kind=LOGO, data=out.getvalue())
        assert (clean.width, clean.height) == (200, 50)

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "svg"),
            (b"\xef\xbb\xbf <?xml version='1.0'?><svg/>", "svg"),
            (b"", "not_a_picture"),
            (b"GIF89a", "not_a_picture"),
            (picture()[:60], "not_a_picture"),
            (picture(5000, 5000), "too_many_pixels"),
            (picture(15, 100), "too_small"),
            (b"\x89PNG" + bytes(2_000_001), "too_large"),
            (picture(kind="BMP"), "not_a_picture"),
            (picture(kind="TIFF"), "not_a_picture"),
        ],
        ids=["svg", "svg-with-head", "nothing", "text", "cut", "bomb", "small", "large", "bmp", "tiff"],
    )
    def test_what_is_no_fitting_picture_is_refused(self, acme: Tenant, data: bytes, code: str) -> None:
        brand = brand_make(acme)
        before = brand_shown(tenant=acme).logo
        assert refusal(lambda: brand_picture_set(brand=brand, kind=LOGO, data=data)) == {"logo": code}
        assert brand_shown(tenant=acme).logo == before

    def test_a_tenants_lie_among_its_files_and_the_old_one_goes(
        self, acme: Tenant, tmp_path: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        brand = brand_make(acme)
        old = brand_shown(tenant=acme).logo
        assert old is not None
        with django_capture_on_commit_callbacks(execute=True):
            brand_picture_set(brand=brand, kind=LOGO, data=picture(100, 100))
        new = brand_shown(tenant=acme).logo
        assert new is not None
        assert (len(new.name), new.name != old.name, brand_picture_find(old.name)) == (48, True, None)
        directory = tmp_path / "files" / acme.schema_name / "picture"
        with tenant_scope(acme):
            names = set(TenantFile.objects.values_list("name", flat=True))
        assert {path.name for path in directory.iterdir()} == names
        assert len(names) == 2
        assert new.name not in names

    def test_the_platforms_need_no_tenant(self, db: None) -> None:
        brand_make(None)
        logo = brand_shown(tenant=None).logo
        assert logo is not None
        found = brand_picture_find(logo.name)
        assert found is not None
        content = brand_picture_content(picture=found)
        assert content is not None
        assert content.startswith(b"\x89PNG")
        with across_tenants():
            assert TenantFile.objects.count() == 0

    def test_they_count_against_the_quota(self, acme: Tenant) -> None:
        brand = brand_make(acme, pictures=False)
        Tenant.objects.filter(pk=acme.pk).update(disk_quota_mb=0)
        assert refusal(lambda: brand_picture_set(brand=brand, kind=LOGO, data=picture())) == {
            "logo": "quota_exceeded"
        }

    def test_the_dark_one_stands_in_for_the_logo_and_goes_with_it(self, acme: Tenant) -> None:
        brand = brand_make(acme, pictures=False)
        dark = picture(colour="white")
        assert refusal(lambda: brand_picture_set(brand=brand, kind=LOGO_DARK, data=dark)) == {
            "logo_dark": "logo_first"
        }
        brand_picture_set(brand=brand, kind=LOGO, data=picture())
        brand_picture_set(brand=brand, kind=LOGO_DARK, data=dark)
        assert brand_picture_remove(brand=brand, kind=LOGO)
        assert not brand_picture_remove(brand=brand, kind=LOGO)
        assert dict(brand_shown(tenant=acme).pictures) == {}

    def test_all_go_with_the_brand(
        self, acme: Tenant, tmp_path: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        brand_make(acme)
        with django_capture_on_commit_callbacks(execute=True):
            brand_remove(tenant=acme)
        assert not BrandPicture.objects.exists()
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]
        assert brand_shown(tenant=acme).name == "Tandem"

    def test_a_logo_within_its_bounds_is_not_blown_up(self) -> None:
        assert picture_clean(kind=LOGO, data=picture(64, 20)).width == 64
        assert picture_clean(kind=LOGO, data=picture(3000, 20)).width == LOGO_BOX[0]


class TestWhatElseHappensMeanwhile:
    def test_a_tenant_that_is_deleted_takes_its_brand_along(self, globex: Tenant, tmp_path: Path) -> None:
        tenant = tenant_create(name="hooli", sip_domain="hooli.example", password=WEB_PASSWORD)
        brand_make(tenant)
        logo = brand_shown(tenant=tenant).logo
        assert logo is not None
        tenant_delete(tenant=tenant)
        assert (Brand.objects.count(), brand_picture_find(logo.name)) == (0, None)
        assert brand_shown_by_name("hooli") == brand_shown(tenant=None)

    def test_a_picture_for_a_brand_that_was_removed_is_refused(self, acme: Tenant) -> None:
        brand = brand_make(acme)
        brand_remove(tenant=acme)
        with pytest.raises(ValidationError) as caught:
            brand_picture_set(brand=brand, kind=LOGO, data=picture())
        assert caught.value.code == "gone"

    def test_two_pictures_at_once_leave_one(self, make_committed_tenant: TenantMaker) -> None:
        tenant = make_committed_tenant("twice")
        brand = committed(lambda: brand_make(tenant, pictures=False))
        with ThreadPoolExecutor(4) as threads:
            set_one = partial(brand_picture_set, brand=brand, kind=LOGO, data=picture())
            list(threads.map(lambda _: committed(set_one), range(4)))
        assert committed(lambda: BrandPicture.objects.filter(brand=brand).count()) == 1


def test_the_accent_of_the_cast_can_be_read(acme: Tenant) -> None:
    colours = brand_shown(tenant=acme).colours
    assert colours is None
    brand_make(acme)
    shown = brand_shown(tenant=acme).colours
    assert shown is not None
    assert (shown.accent, shown.is_panel_dark) == (ACCENT, True)
