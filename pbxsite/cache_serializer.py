"""What goes into the cache is JSON: Django's own choice, pickle, would run whatever somebody put there."""

from __future__ import annotations

import json
from typing import Any


class JsonSerializer:
    def dumps(self, value: Any) -> bytes | int:
        # A bare integer, as Redis counts with it.
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
