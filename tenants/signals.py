"""What the apps above this one must take part in, inside the same transaction."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with `tenant` after its SIP domain changed: digests contain the domain.
sip_domain_changed = Signal()
