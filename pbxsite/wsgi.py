"""HTTP: `gunicorn pbxsite.wsgi`. WebSockets are served by asgi.py in a process of their own."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbxsite.settings")

application = get_wsgi_application()
