"""A log file as the answer to a request of the console or the REST API. Who took one stands in the audit log."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse

from tenants.audit_trail import audit_request
from tenants.log_files import LogFile, log_file_stream

TEXT = "text/plain; charset=utf-8"


def log_file_response(request: HttpRequest, file: LogFile) -> StreamingHttpResponse:
    size_bytes, chunks = log_file_stream(file)
    audit_request(
        request, action="log_file.download", target=None, object_type="log_file", object_id=file.name
    )
    return StreamingHttpResponse(
        chunks,
        content_type=TEXT,
        headers={
            "Content-Length": str(size_bytes),
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "X-Accel-Buffering": "no",
        },
    )
