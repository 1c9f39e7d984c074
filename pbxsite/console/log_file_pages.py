"""The administrators' pages of log files: the list, the end of one, and its download."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.log_file_download import log_file_response
from tenants.log_files import TAIL_KIB, LogFileGone, log_file_get, log_file_list, log_file_tail

SUBJECT = "tenants.logfile"
TAIL_CHOICES_KIB = (TAIL_KIB, 256, 1024)

View = Callable[..., HttpResponseBase]


def log_file_urls(
    admin_view: Callable[[View], View], context: Callable[[HttpRequest], dict[str, Any]]
) -> list[URLPattern]:
    """Below the site's own address; `context` is what every page of the site shows."""

    @require_safe
    @needs(SUBJECT, Verb.VIEW)
    def files_page(request: HttpRequest) -> HttpResponse:
        page = {**context(request), "title": "Log files", "files": log_file_list()}
        return render(request, "pbxsite/log_files.html", page)

    @require_safe
    @needs(SUBJECT, Verb.VIEW)
    def file_page(request: HttpRequest, name: str) -> HttpResponse:
        asked = request.GET.get("kib", "")
        kib = int(asked) if asked in {str(choice) for choice in TAIL_CHOICES_KIB} else TAIL_KIB
        try:
            file = log_file_get(name)
            text = log_file_tail(file, kib=kib)
        except LogFileGone:
            raise Http404 from None
        page = {
            **context(request),
            "title": file.name,
            "file": file,
            "text": text,
            "kib": kib,
            "choices": TAIL_CHOICES_KIB,
        }
        return render(request, "pbxsite/log_file.html", page)

    @require_safe
    @needs(SUBJECT, Verb.VIEW)
    def download(request: HttpRequest, name: str) -> HttpResponseBase:
        try:
            return log_file_response(request, log_file_get(name))
        except LogFileGone:
            raise Http404 from None

    return [
        path("log-files/", admin_view(files_page), name="log_files"),
        path("log-files/<str:name>/", admin_view(file_page), name="log_file"),
        path("log-files/<str:name>/download/", admin_view(download), name="log_file_download"),
    ]
