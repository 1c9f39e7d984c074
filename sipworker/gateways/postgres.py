"""Connections to PostgreSQL for the worker: all tenants visible, and no waiting for ever on a dead server."""

from __future__ import annotations

import psycopg2
from psycopg2 import extensions

OUTAGES = (psycopg2.OperationalError, psycopg2.InterfaceError, OSError)

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 15_000
# Unacknowledged data for this long means that the server is gone.
TCP_USER_TIMEOUT_MS = 10_000


def connect(database_url: str, application_name: str) -> extensions.connection:
    """Row-level security shows the tenant in `tandem.tenant_id`; workers serve all of them."""
    return psycopg2.connect(
        database_url,
        application_name=application_name,
        connect_timeout=CONNECT_TIMEOUT_S,
        tcp_user_timeout=TCP_USER_TIMEOUT_MS,
        options=f"-c tandem.tenant_id=all -c statement_timeout={STATEMENT_TIMEOUT_MS}",
    )
