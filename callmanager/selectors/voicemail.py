"""Messages and mailboxes of the tenant in scope."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Length
from django.http import FileResponse

from callmanager.fleet.models import Voicemail
from callmanager.models import Greeting, Mailbox
from tenants.file_ranges import ranged_response
from tenants.files import file_path, file_response
from tenants.models import TenantFile


def voicemail_list() -> QuerySet[Voicemail]:
    messages: QuerySet[Voicemail] = Voicemail.objects.all()
    return messages


def mailbox_counts() -> Mapping[str, tuple[int, int]]:
    """New and old messages of every mailbox that has some, by the number of the extension."""
    counted = (
        voicemail_list()
        .order_by()
        .values_list("mailbox")
        .annotate(new=Count("id", filter=Q(is_new=True)), old=Count("id", filter=Q(is_new=False)))
    )
    return {mailbox: (new, old) for mailbox, new, old in counted}


def own_voicemail_list(*, number: str) -> QuerySet[Voicemail]:
    return voicemail_list().filter(mailbox=number)


def mailbox_list() -> QuerySet[Mailbox]:
    boxes: QuerySet[Mailbox] = Mailbox.objects.select_related("extension").order_by(
        Length("extension__number"), "extension__number"
    )
    return boxes


def greeting_list() -> QuerySet[Greeting]:
    greetings: QuerySet[Greeting] = Greeting.objects.select_related("extension")
    return greetings


def stored_sound(*, file_id: int, wanted: str = "", is_download: bool = False) -> FileResponse | None:
    """The sound as a response, or the part that a Range header wants of it; None where the file is gone."""
    file = TenantFile.objects.filter(pk=file_id).first()
    if file is None or not file_path(file).is_file():
        return None
    response = file_response(file, is_download=is_download)
    return ranged_response(response, file_path(file), wanted)
