"""WebSockets: `uvicorn pbxsite.asgi:application`. Plain HTTP is served by wsgi.py in a process of its own."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbxsite.settings")
# Every ASGI request runs in a thread of its own, which would keep its database connection.
os.environ["PBX_CONN_MAX_AGE_S"] = "0"

from channels.routing import ProtocolTypeRouter  # noqa: E402 - after the settings are chosen
from django.core.asgi import get_asgi_application  # noqa: E402

application = ProtocolTypeRouter({"http": get_asgi_application()})
