"""HTTP: `gunicorn pbxsite.wsgi`. WebSockets are served by asgi.py in a process of their own."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbxsite.settings")

application = get_wsgi_application()

# All views and pages are loaded once, for all web processes, and stay until the end. If the collector knew of them it
# would walk them all amid a request now and then, for a tenth of a second, and by that copy the memory that they share.
reverse("admin:index")
gc.collect()
gc.freeze()
