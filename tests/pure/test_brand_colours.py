"""Whatever colour somebody likes: what is written on it, in it and beside it can be read."""

from __future__ import annotations

from itertools import product

import pytest

from tenants.brand_colours import (
    CONTRAST_MIN,
    DEFAULT_ACCENT,
    WHITE,
    BrandColours,
    accent_scale,
    colours_of,
    contrast,
    is_colour,
    is_readable,
    readable_shade,
    stylesheet,
    text_on,
)

# The theme's surface in the dark.
DARK_SURFACE = "#101828"
ALL_OVER = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in product(range(0, 256, 51), repeat=3)]


def test_contrast_is_that_of_the_web_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#0f766e", True),
        *(
            (wrong, False)
            for wrong in ("#0F766E", "0f766e", "#fff", "red", "", "#0f766e;", "#0f766e\n", "#\uff41f766e")
        ),
    ],
)
def test_a_colour_is_six_digits(text: str, expected: bool) -> None:
    assert is_colour(text) is expected


def test_text_on_any_surface_can_be_read() -> None:
    assert all(contrast(text_on(surface), surface) >= CONTRAST_MIN for surface in ALL_OVER)


def test_a_shade_that_can_be_read_is_found_for_every_colour() -> None:
    shades = {colour: readable_shade(colour) for colour in ALL_OVER}
    assert all(is_readable(shade) for shade in shades.values())
    assert all(shades[colour] == colour for colour in ALL_OVER if is_readable(colour))


@pytest.mark.parametrize("accent", [DEFAULT_ACCENT, *sorted({readable_shade(one) for one in ALL_OVER})])
def test_every_step_of_the_scale_does_its_work(accent: str) -> None:
    scale = accent_scale(accent)
    assert scale[600] == accent
    assert all(is_colour(step) for step in scale.values())
    # Links and what is chosen in the dark; buttons and their darker look under the mouse; dark on pale.
    assert min(contrast(scale[step], DARK_SURFACE) for step in (400, 500)) >= CONTRAST_MIN
    assert min(contrast(scale[step], WHITE) for step in (600, 700, 800, 900, 950)) >= CONTRAST_MIN
    assert contrast(scale[700], scale[100]) >= 3


def test_what_is_not_given_is_derived() -> None:
    assert colours_of("", "") is None
    assert colours_of("#b91c1c", "") == BrandColours("#b91c1c", accent_scale("#b91c1c")[950])
    assert colours_of("", "#ffe4e6") == BrandColours(DEFAULT_ACCENT, "#ffe4e6")


def test_the_stylesheet_holds_nothing_but_colours() -> None:
    sheet = stylesheet(BrandColours("#0f766e", "#ffe4e6"))
    assert "--color-primary-600: #0f766e;" in sheet
    assert "--td-panel-text: #000000;" in sheet
    assert sheet.startswith(":root:root {")
    assert sheet.count("{") == sheet.count("}") == 1
