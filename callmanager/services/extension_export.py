"""Extensions as a table that an import can read again. SIP passwords only for who may see them and asks."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse

from callmanager.domain.extension_table import (
    COLUMNS,
    GROUP_SEPARATOR,
    GROUPS,
    MAILBOX_COLUMNS,
    SECRETS,
    write_cell,
)
from callmanager.models import Extension, GroupMembership
from callmanager.services.mailbox_columns import SHOWN, mailbox_cells
from tenants.csv_writing import csv_response
from tenants.models import Tenant

_PLAIN = tuple(column for column in COLUMNS if column not in (*SECRETS, GROUPS, *MAILBOX_COLUMNS))


def extension_export(
    *, tenant: Tenant, extensions: QuerySet[Extension], has_sip_passwords: bool = False
) -> HttpResponse:
    """As the tenant's switch allows; the web passwords nobody knows."""
    if has_sip_passwords and not tenant.is_sip_password_shown:
        raise ValidationError(
            {
                "sip_passwords": ValidationError(
                    "This company does not show SIP passwords.", code="not_allowed"
                )
            }
        )
    header = (*_PLAIN, GROUPS, *SHOWN, *(("sip_password",) if has_sip_passwords else ()))
    memberships = GroupMembership.objects.select_related("group").order_by(
        "-group__is_default", "group__name"
    )
    wanted = extensions.prefetch_related(None).prefetch_related(Prefetch("memberships", memberships))

    def rows() -> Iterator[list[str]]:
        mailboxes = mailbox_cells()
        for extension in wanted.defer(None) if has_sip_passwords else wanted:
            groups = GROUP_SEPARATOR.join(place.group.name for place in extension.memberships.all())
            row = [write_cell(getattr(extension, column)) for column in _PLAIN]
            mailbox = mailboxes.get(extension.pk, [""] * len(SHOWN))
            yield [*row, groups, *mailbox, *((extension.sip_password,) if has_sip_passwords else ())]

    return csv_response("extensions", header, rows())
