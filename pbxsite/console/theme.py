"""How the console looks. Read by settings, so it imports nothing that needs them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _stylesheet(_request: HttpRequest) -> str:
    return static("pbxsite/tandem.css")


def _script(_request: HttpRequest) -> str:
    return static("pbxsite/secret.js")


def _tabs(_request: HttpRequest) -> str:
    return static("pbxsite/tabs.js")


def _file_input(_request: HttpRequest) -> str:
    return static("pbxsite/file_input.js")


def _logo(_request: HttpRequest) -> str:
    return static("pbxsite/logo.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tandem",
    "SITE_HEADER": "Tandem",
    "SITE_ICON": _logo,
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _logo}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": [_stylesheet],
    "SCRIPTS": [_script, _file_input, _tabs],
    "ACCOUNT": {"navigation": [{"title": "Your account", "link": reverse_lazy("account")}]},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        }
    },
}
