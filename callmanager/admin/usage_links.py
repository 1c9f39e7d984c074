"""The list of those who use a thing, with links, where somebody wants to delete it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from callmanager.selectors.usage import Usage, UserKind

_PAGES = {
    UserKind.INBOUND_RULE: "admin:callmanager_inboundrule_change",
    UserKind.OUTBOUND_RULE: "admin:callmanager_outboundrule_change",
    UserKind.FORWARDING: "admin:callmanager_extension_change",
    UserKind.EXCEPTION: "admin:callmanager_extension_change",
    UserKind.EXTENSION_DID: "admin:callmanager_extension_change",
    UserKind.RING_GROUP: "admin:callmanager_ringgroup_change",
    UserKind.RING_GROUP_DESTINATION: "admin:callmanager_ringgroup_change",
    UserKind.RECEPTIONIST: "admin:callmanager_receptionist_change",
    UserKind.QUEUE: "admin:callmanager_callqueue_change",
    UserKind.QUEUE_MANAGER: "admin:callmanager_callqueue_change",
    UserKind.QUEUE_DESTINATION: "admin:callmanager_callqueue_change",
}


def usage_links(usages: Iterable[Usage]) -> list[SafeString]:
    """What Django's page of a deletion calls protected: with any of these it asks nothing and deletes nothing."""
    return [
        format_html(
            '<a href="{}">{}</a>',
            reverse(_PAGES[one.kind], args=[one.pk]),
            one.words[:1].upper() + one.words[1:],
        )
        for one in usages
    ]
