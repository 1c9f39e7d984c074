"""What browsers are told to refuse. Reasons: docs/decisions/0012."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from tenants.middleware import API_PREFIX

# The two style elements that the theme's own scripts add (htmx is one). The theme is pinned; a test in a browser
# fails when they change.
_THEME_STYLES = " ".join(
    (
        "'sha256-RafBghNMFxYsrpax3MMnIyNBdaoRccwYH9jkK7NIe+g='",
        "'sha256-bsV5JivYxvGywDAZ22EZJKBFip65Ng9xoJVLbBg7bdo='",
    )
)
_POLICY = {
    "default-src": "'none'",
    # The theme's Alpine evaluates its attributes; no inline script runs all the same.
    "script-src": "'self' 'unsafe-eval'",
    "style-src-elem": f"'self' {_THEME_STYLES}",
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
CONSOLE_POLICY = "; ".join(f"{name} {sources}" for name, sources in _POLICY.items())
# The interactive description draws itself by style elements.
DOCS_POLICY = CONSOLE_POLICY.replace(_THEME_STYLES, "'unsafe-inline'")
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeadersMiddleware:
    """Outermost but one, so that refusals and errors carry them too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_docs = request.path.startswith(f"{API_PREFIX}docs")
        response.headers.setdefault("Content-Security-Policy", DOCS_POLICY if is_docs else CONSOLE_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
