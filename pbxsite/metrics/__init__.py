"""Figures for Prometheus. Web and task processes count into files of one directory, which any of them can add up.

The library decides at its first import whether it does so; therefore this stands before everything that imports it.
"""

from __future__ import annotations

import os

from django.conf import settings

DIRECTORY = settings.PBX_STATE_DIR / "metrics"
DIRECTORY.mkdir(mode=0o700, parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(DIRECTORY)
