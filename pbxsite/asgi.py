"""WebSockets: `uvicorn pbxsite.asgi:application`. Plain HTTP is served by wsgi.py in a process of its own."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbxsite.settings")
# Every ASGI request runs in a thread of its own, which would keep its database connection.
os.environ["PBX_CONN_MAX_AGE_S"] = "0"

import django

django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402 - after the apps are loaded
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import re_path  # noqa: E402

from callmanager.events.consumer import EventConsumer  # noqa: E402


class NoSuchSocket(AsyncWebsocketConsumer):
    """Refused before it opens; without it every stranger's guess would be an error of ours in the log."""

    async def connect(self) -> None:
        await self.close()


application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter(
            [re_path(r"^ws/events/?$", EventConsumer.as_asgi()), re_path(r"", NoSuchSocket.as_asgi())]
        ),
    }
)
