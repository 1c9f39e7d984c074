"""What brands look like, for everybody's browser: pages before signing in show it. None of it names a tenant.

A stylesheet and a mark are made of their address alone; a picture's address is its random name.
"""

from __future__ import annotations

from html import escape

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenants.brand_colours import BrandColours, is_readable, stylesheet
from tenants.brand_picture_content import brand_picture_content, brand_picture_find

_DAY = "public, max-age=86400"
# Another picture has another name.
_FOR_EVER = "public, max-age=31536000, immutable"
_NOTHING_ELSE = "default-src 'none'; sandbox"


@require_safe
def brand_stylesheet(request: HttpRequest, accent: str, panel: str) -> HttpResponse:
    if not is_readable(f"#{accent}"):
        raise Http404
    return _answer(stylesheet(BrandColours(f"#{accent}", f"#{panel}")), "text/css; charset=utf-8", _DAY)


@require_safe
def brand_mark(request: HttpRequest, colour: str, letter: str) -> HttpResponse:
    """For who has no logo: a letter on the accent colour."""
    if not is_readable(f"#{colour}") or not letter.isprintable():
        raise Http404
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">'
        f'<rect width="40" height="40" rx="9" fill="#{colour}"/>'
        '<text x="20" y="28" text-anchor="middle" font-family="Inter,Arial,sans-serif" font-size="23" '
        f'font-weight="700" fill="#ffffff">{escape(letter)}</text></svg>'
    )
    return _answer(drawn, "image/svg+xml", _DAY)


@require_safe
def brand_picture(request: HttpRequest, picture: str) -> HttpResponse:
    found = brand_picture_find(picture)
    content = brand_picture_content(picture=found) if found is not None else None
    if content is None:
        raise Http404
    return _answer(content, "image/png", _FOR_EVER)


def _answer(content: str | bytes, content_type: str, cache: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Cache-Control": cache,
            "Content-Security-Policy": _NOTHING_ELSE,
            "X-Content-Type-Options": "nosniff",
        },
    )
