"""What the apps above this one must take part in, inside the same transaction."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with `tenant` after its SIP domain changed: digests contain the domain.
sip_domain_changed = Signal()

# Sent with `sip_domain` before a tenant takes it, in the same transaction; raise ValidationError if it is taken
# elsewhere.
sip_domain_wanted = Signal()

# Sent with `tenant`, whose country is the new one and not stored yet; raise ValidationError if it can't be there.
country_wanted = Signal()

# Sent with `tenant` while it is being deleted: {"registrations": 3}, what of it still goes on.
tenant_leaving = Signal()

# Sent with `tenant`, again and again: remove some of its records and return how many, 0 when there are no more.
tenant_emptying = Signal()
