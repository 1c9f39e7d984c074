"""The description of the event socket, for everybody: it tells of no tenant."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from callmanager.domain.event_schema import asyncapi_document


@require_safe
def event_schema_view(request: HttpRequest) -> JsonResponse:
    document = asyncapi_document(
        host=request.get_host(), is_secure=request.is_secure(), version=settings.PBX_VERSION
    )
    answer = JsonResponse(document)
    answer["Content-Type"] = "application/vnd.aai.asyncapi+json;version=3.0.0"
    return answer
