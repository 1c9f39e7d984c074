"""What a trunk's INVITEs say beside the usual, and where a provider's INVITE says who calls (manual 5.6).

Triggers tell the workers of every tenant that has the trunk.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from callmanager.domain.header_parameters import CallerPart, HeaderPart, HeaderSource, ProviderField
from callmanager.domain.header_rule_checks import MAX_CONSTANT, MAX_HEADER_NAME
from callmanager.fleet.models.trunk import Trunk

HEADER_PARTS = [
    (HeaderPart.REQUEST_USER.value, "Request-URI: user"),
    (HeaderPart.REQUEST_HOST.value, "Request-URI: host"),
    (HeaderPart.FROM_USER.value, "From: user"),
    (HeaderPart.FROM_DISPLAY.value, "From: display name"),
    (HeaderPart.FROM_HOST.value, "From: host"),
    (HeaderPart.TO_USER.value, "To: user"),
    (HeaderPart.TO_DISPLAY.value, "To: display name"),
    (HeaderPart.TO_HOST.value, "To: host"),
    (HeaderPart.CONTACT_USER.value, "Contact: user"),
    (HeaderPart.PAI_USER.value, "P-Asserted-Identity: user"),
    (HeaderPart.PAI_DISPLAY.value, "P-Asserted-Identity: display name"),
    (HeaderPart.PAI_HOST.value, "P-Asserted-Identity: host"),
    (HeaderPart.RPID_USER.value, "Remote-Party-ID: user"),
    (HeaderPart.RPID_DISPLAY.value, "Remote-Party-ID: display name"),
    (HeaderPart.RPID_HOST.value, "Remote-Party-ID: host"),
    (HeaderPart.DIVERSION_USER.value, "Diversion: user"),
    (HeaderPart.DIVERSION_HOST.value, "Diversion: host"),
    (HeaderPart.CUSTOM.value, "Another header"),
]
HEADER_SOURCES = [
    (HeaderSource.CALLED_NUMBER.value, "Called number, as the rule sends it"),
    (HeaderSource.DIALLED_NUMBER.value, "Number as it was dialled"),
    (HeaderSource.OUTBOUND_CALLER_ID.value, "Outbound caller ID of the extension"),
    (HeaderSource.EMERGENCY_CALLER_ID.value, "Caller ID for emergency calls of the extension"),
    (HeaderSource.CALLER_NUMBER.value, "Number of the caller"),
    (HeaderSource.CALLER_NAME.value, "Name of the caller"),
    (HeaderSource.ORIGINAL_CALLER.value, "Original caller of a forwarded call"),
    (HeaderSource.DID.value, "DID of the extension"),
    (HeaderSource.FORWARDING_NUMBER.value, "Number that forwarded the call"),
    (HeaderSource.TRUNK_USERNAME.value, "User name of the trunk"),
    (HeaderSource.TRUNK_AUTHORIZATION_NAME.value, "Authorization name of the trunk"),
    (HeaderSource.TRUNK_HOST.value, "Host of the trunk"),
    (HeaderSource.SIP_DOMAIN.value, "SIP domain of the company"),
    (HeaderSource.CONSTANT.value, "This text"),
    (HeaderSource.EMPTY.value, "Nothing: it is left out"),
]
CALLER_PARTS = [
    (CallerPart.NUMBER.value, "The caller's number"),
    (CallerPart.NAME.value, "The caller's name"),
]
PROVIDER_FIELDS = [
    (ProviderField.FROM_USER.value, "From: user"),
    (ProviderField.FROM_DISPLAY.value, "From: display name"),
    (ProviderField.PAI_USER.value, "P-Asserted-Identity: user"),
    (ProviderField.PAI_DISPLAY.value, "P-Asserted-Identity: display name"),
    (ProviderField.PPI_USER.value, "P-Preferred-Identity: user"),
    (ProviderField.PPI_DISPLAY.value, "P-Preferred-Identity: display name"),
    (ProviderField.RPID_USER.value, "Remote-Party-ID: user"),
    (ProviderField.RPID_DISPLAY.value, "Remote-Party-ID: display name"),
    (ProviderField.CONTACT_USER.value, "Contact: user"),
    (ProviderField.CUSTOM.value, "Another header"),
]


class TrunkHeaderRule(models.Model):
    """Services set all of a trunk at once, in this order."""

    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="header_rules")
    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=16, choices=HEADER_PARTS)
    source = models.CharField(max_length=32, choices=HEADER_SOURCES)
    constant = models.CharField("text", max_length=MAX_CONSTANT, blank=True, default="")
    header_name = models.CharField(max_length=MAX_HEADER_NAME, blank=True, default="")

    objects: ClassVar[models.Manager[TrunkHeaderRule]] = models.Manager()

    class Meta:
        db_table = "trunk_header_rule"
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["trunk", "position"], name="trunk_header_rule_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.header_name or self.part}: {self.constant or self.source}"


class TrunkCallerMapping(models.Model):
    """Several of one part are tried in this order."""

    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="caller_mappings")
    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=8, choices=CALLER_PARTS)
    field = models.CharField(max_length=12, choices=PROVIDER_FIELDS)
    header_name = models.CharField(max_length=MAX_HEADER_NAME, blank=True, default="")

    objects: ClassVar[models.Manager[TrunkCallerMapping]] = models.Manager()

    class Meta:
        db_table = "trunk_caller_mapping"
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["trunk", "position"], name="trunk_caller_mapping_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.part} from {self.header_name or self.field}"
