"""Who people are, and what rank they have among their own. What that allows is in `capabilities`."""

from __future__ import annotations

from django.db.models import TextChoices


class Role(TextChoices):
    """The three kinds of people."""

    ADMINISTRATOR = "administrator"
    TENANT = "tenant"
    EXTENSION = "extension"


class Rank(TextChoices):
    """Of administrators among administrators, and of a tenant's users in the tenant. An extension has none:
    its groups say what it may do.
    """

    OWNER = "owner", "Owner (everything, and who else may sign in)"
    MANAGER = "manager", "Manager (everything but people)"
    AUDITOR = "auditor", "Auditor (reads only)"


NO_RANK = ""
