"""A duplicate that two requests made at once is the user's to correct, not a server error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from psycopg2.errorcodes import UNIQUE_VIOLATION


@contextmanager
def refusing_duplicates() -> Iterator[None]:
    """One transaction (or savepoint); a unique violation leaves as ValidationError and names no other owner."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) != UNIQUE_VIOLATION:
            raise
        raise ValidationError("This name, number or address is already in use.", code="unique") from error
