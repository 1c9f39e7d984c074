"""Messages and mailboxes of the tenant in scope."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import FileResponse

from callmanager.fleet.models import Voicemail
from callmanager.models import Greeting, Mailbox
from tenants.files import file_path, file_response
from tenants.models import TenantFile


def voicemail_list() -> QuerySet[Voicemail]:
    messages: QuerySet[Voicemail] = Voicemail.objects.all()
    return messages


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


def stored_sound(*, file_id: int) -> FileResponse | None:
    """The sound as a response; None where the file is gone."""
    file = TenantFile.objects.filter(pk=file_id).first()
    if file is None or not file_path(file).is_file():
        return None
    return file_response(file)
