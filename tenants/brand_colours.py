"""Colours of a brand. Pure: a colour is `#rrggbb`, and text on it or in it has to stay readable (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import atan2, cos, hypot, sin

CONTRAST_MIN = 4.5
WHITE, BLACK = "#ffffff", "#000000"
DEFAULT_ACCENT = "#155dfc"
_HEX = re.compile(r"#[0-9a-f]{6}")
# Lightness and share of the accent's chroma by the steps of the theme; 600 is the accent itself, and what is darker
# is a share of its lightness.
_LIGHTER = {
    50: (0.97, 0.08),
    100: (0.935, 0.17),
    200: (0.88, 0.32),
    300: (0.81, 0.55),
    400: (0.735, 0.8),
    500: (0.66, 1.0),
}
_DARKER = {700: (0.88, 0.96), 800: (0.77, 0.84), 900: (0.67, 0.7), 950: (0.52, 0.5)}


@dataclass(frozen=True, slots=True)
class BrandColours:
    """`accent`: buttons, links and what is chosen. `panel`: the surface beside the sign-in form, with text on it."""

    accent: str
    panel: str

    @property
    def is_panel_dark(self) -> bool:
        return text_on(self.panel) == WHITE


def is_colour(value: str) -> bool:
    return _HEX.fullmatch(value) is not None


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def is_readable(accent: str) -> bool:
    """White text on it, and it as text on white."""
    return contrast(accent, WHITE) >= CONTRAST_MIN


def text_on(surface: str) -> str:
    """Of white and black one can always be read."""
    return WHITE if contrast(surface, WHITE) >= CONTRAST_MIN else BLACK


def readable_shade(accent: str) -> str:
    """The nearest darker shade that keeps the hue and can be read."""
    lightness, chroma, hue = _to_lch(accent)
    shade = accent
    while not is_readable(shade):
        lightness = max(0.0, lightness - 0.005)
        shade = _to_hex(lightness, chroma, hue)
    return shade


def colours_of(accent: str, panel: str) -> BrandColours | None:
    """Each may be empty; with both empty the brand has no colours of its own."""
    if not accent and not panel:
        return None
    return BrandColours(accent or DEFAULT_ACCENT, panel or accent_scale(accent)[950])


def accent_scale(accent: str) -> dict[int, str]:
    """The theme's eleven steps of its main colour, from almost white to almost black."""
    lightness, chroma, hue = _to_lch(accent)
    lighter = {step: _to_hex(light, chroma * share, hue) for step, (light, share) in _LIGHTER.items()}
    darker = {step: _to_hex(lightness * part, chroma * share, hue) for step, (part, share) in _DARKER.items()}
    return {**lighter, 600: accent, **darker}


def stylesheet(colours: BrandColours) -> str:
    """Twice `:root`, because the theme writes its own colours further down in the page."""
    ink = text_on(colours.panel)
    # Shading in the direction that makes the text on it easier to read.
    shade = "rgb(0 0 0 / 0.28)" if ink == WHITE else "rgb(255 255 255 / 0.28)"
    lines = [f"  --color-primary-{step}: {shown};" for step, shown in accent_scale(colours.accent).items()]
    lines += [
        f"  --td-panel: {colours.panel};",
        f"  --td-panel-image: radial-gradient(90% 70% at 85% 100%, {shade}, transparent 75%);",
        f"  --td-panel-text: {ink};",
        f"  --td-panel-strong: {ink};",
    ]
    return ":root:root {\n" + "\n".join(lines) + "\n}\n"


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _unpacked(red), _unpacked(green), _unpacked(blue)


def _unpacked(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _packed(share: float) -> float:
    return share * 12.92 if share <= 0.0031308 else float(1.055 * share ** (1 / 2.4) - 0.055)


def _to_lch(colour: str) -> tuple[float, float, float]:
    """Oklab (Björn Ottosson, 2020), in polar form: equal steps of lightness look equal in every hue."""
    red, green, blue = _linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    green_red = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    blue_yellow = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, hypot(green_red, blue_yellow), atan2(blue_yellow, green_red)


def _to_hex(lightness: float, chroma: float, hue: float) -> str:
    """With less chroma where a screen can't show so much of it."""
    while True:
        shares = _to_linear(lightness, chroma * cos(hue), chroma * sin(hue))
        if chroma < 0.002 or all(-0.0005 <= share <= 1.0005 for share in shares):
            break
        chroma *= 0.97
    whole = (round(255 * _packed(min(1.0, max(0.0, share)))) for share in shares)
    return "#" + "".join(f"{one:02x}" for one in whole)


def _to_linear(lightness: float, green_red: float, blue_yellow: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    middle = (lightness - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (lightness - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
