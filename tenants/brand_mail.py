"""The frame of every e-mail: the brand above, what it says, who sends it below. Pure: text in, text out.

Mail programs know neither stylesheets nor variables: the few colours stand in the elements, and all of them are
checked colours of ours.
"""

from __future__ import annotations

import re
from html import escape

from tenants.brand_colours import DEFAULT_ACCENT
from tenants.brand_shown import ShownBrand

LOGO_ID = "brand-logo"
LOGO_HEIGHT = 40
_ADDRESS_LINE = re.compile(r"^https?://[^\s<>\"']+$")
_FONT = "font-family:Inter,Arial,Helvetica,sans-serif"


def text_framed(brand: ShownBrand, text: str) -> str:
    """With a signature that mail programs know as one."""
    return f"{text.rstrip()}\n\n-- \n" + "\n".join(_signature(brand)) + "\n"


def html_framed(brand: ShownBrand, *, text: str, html: str, has_logo: bool) -> str:
    """Around the HTML of the mail, or around its text if it has none."""
    accent = brand.colours.accent if brand.colours is not None else DEFAULT_ACCENT
    below = "<br>".join(_linked(line, accent) for line in _signature(brand))
    return (
        f'<div style="background:#f3f4f6;padding:24px 12px;{_FONT}">'
        f'<div style="max-width:600px;margin:0 auto;background:#ffffff;border-top:4px solid {accent};'
        'border-radius:8px;padding:24px;color:#1f2937;font-size:15px;line-height:1.5">'
        f'<div style="margin-bottom:20px;font-size:18px;font-weight:bold;color:{accent}">'
        f"{_head(brand, has_logo=has_logo)}</div>"
        f"{html or _paragraphs(text, accent)}"
        '<div style="margin-top:24px;padding-top:12px;border-top:1px solid #e5e7eb;color:#6b7280;font-size:12px">'
        f"{below}</div></div></div>"
    )


def _head(brand: ShownBrand, *, has_logo: bool) -> str:
    name = escape(brand.name)
    if not has_logo or brand.logo is None:
        return name
    width = round(brand.logo.width * LOGO_HEIGHT / brand.logo.height)
    logo = (
        f'<img src="cid:{LOGO_ID}" alt="{name}" width="{width}" height="{LOGO_HEIGHT}"'
        ' style="vertical-align:middle;border:0">'
    )
    return logo if brand.is_logo_wide else f"{logo}&nbsp; {name}"


def _signature(brand: ShownBrand) -> list[str]:
    company = brand.company_name if brand.company_name != brand.name else ""
    names = " · ".join(one for one in (brand.name, company) if one)
    return [names, *(one for one in (brand.website, brand.support_url) if one)]


def _paragraphs(text: str, accent: str) -> str:
    parts = re.split(r"\n\s*\n", text.strip())
    return "".join(
        f"<p>{'<br>'.join(_linked(line, accent) for line in part.splitlines())}</p>" for part in parts
    )


def _linked(line: str, accent: str) -> str:
    """An address that has a line of its own can be clicked."""
    shown = escape(line.strip())
    if not _ADDRESS_LINE.match(line.strip()):
        return shown
    return f'<a href="{shown}" style="color:{accent}">{shown}</a>'
