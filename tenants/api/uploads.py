"""Files sent to REST."""

from __future__ import annotations

from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.views import APIView


class MadeOfUpload(APIView):
    """Mixed into viewsets whose `create` takes a file: multipart/form-data there, what all take elsewhere."""

    def get_parsers(self) -> list[BaseParser]:
        # Asked before the action is known, and by the schema without a request.
        is_upload = (
            getattr(self, "action", None) == "create"
            or (getattr(self, "action_map", None) or {}).get("post") == "create"
        )
        is_sending = getattr(self, "request", None) is None or self.request.method == "POST"
        return [MultiPartParser()] if is_upload and is_sending else list(super().get_parsers())
