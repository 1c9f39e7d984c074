"""What one extension may see of the tenant in scope: itself."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from callmanager.fleet.models import Cdr, Registration
from callmanager.models import Extension
from callmanager.selectors.call import cdr_list, registration_list
from callmanager.selectors.extension import extension_list


def own_extension_list(*, number: str) -> QuerySet[Extension]:
    return extension_list().filter(number=number)


def own_registration_list(*, number: str) -> QuerySet[Registration]:
    return registration_list().filter(username=number)


def own_cdr_list(*, number: str) -> QuerySet[Cdr]:
    """Calls it made, was dialled in, or answered."""
    return cdr_list().filter(Q(caller=number) | Q(callee=number) | Q(answered_number=number))
