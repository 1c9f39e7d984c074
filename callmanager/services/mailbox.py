"""What an extension's mailbox asks for and plays."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from callmanager.domain.mailbox import LANGUAGES
from callmanager.models import Mailbox
from callmanager.prompt_languages import language_package, languages_installed
from callmanager.services.routing_guard import routing_guarded

MAILBOX_FIELDS = (
    "is_enabled",
    "takes_unanswered",
    "language",
    "max_message_s",
    "max_messages",
    "is_pin_asked",
    "pin",
    "says_caller",
    "says_time",
    "mail",
)


@routing_guarded
def mailbox_update(*, mailbox: Mailbox, **changes: Any) -> Mailbox:
    """An empty PIN: none is asked for, and the extension's own phone alone gets in."""
    if unknown := changes.keys() - set(MAILBOX_FIELDS):
        raise TypeError(f"A mailbox's {', '.join(sorted(unknown))} can't be changed.")
    if changes.get("language", mailbox.language) != mailbox.language:
        mailbox_language_check(changes["language"])
    for field, value in changes.items():
        setattr(mailbox, field, value or None if field == "pin" else value)
    mailbox.full_clean(validate_unique=False)
    if changes:
        mailbox.save(update_fields=list(changes))
    return mailbox


def mailbox_language_check(language: object) -> None:
    """Of no language at all the model speaks."""
    if not isinstance(language, str) or language not in LANGUAGES or language in languages_installed():
        return
    message = f"Its prompts are not installed on this server: package {language_package(language)}."
    raise ValidationError({"language": ValidationError(message, code="not_installed")})
