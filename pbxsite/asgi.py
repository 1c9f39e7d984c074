"""WebSockets: `uvicorn pbxsite.asgi:application`. Plain HTTP is served by wsgi.py in a process of its own."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbxsite.settings")
# Every ASGI request runs in a thread of its own, which would keep its database connection.
os.environ["PBX_CONN_MAX_AGE_S"] = "0"

import django

django.setup()

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable  # noqa: E402 - as below
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - after the apps are loaded
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import re_path  # noqa: E402

from callmanager.events.consumer import EventConsumer  # noqa: E402


async def no_such_socket(scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Refused before it opens; without it every stranger's guess would be an error of ours in the log."""
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": ""})


application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter(
            [re_path(r"^ws/events/?$", EventConsumer.as_asgi()), re_path(r"", no_such_socket)]
        ),
    }
)
