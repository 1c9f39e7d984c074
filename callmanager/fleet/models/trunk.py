"""A line to the outside world: the platform's, lent to tenants with a pool of numbers each (manual 5.6)."""

from __future__ import annotations

import ipaddress
import re
import secrets
from typing import Any, ClassVar

from cryptography import x509
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from callmanager.domain.did_pool import parse_did_pool
from callmanager.domain.edge_trunk import NumberSource
from callmanager.domain.number_range import NumberPatternError
from tenants.encrypted_field import EncryptedTextField
from tenants.models import Tenant
from tenants.scoped_models import ScopedQuerySet, TenantRowsManager

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

REREGISTER_INTERVAL_S = (60, 86_400)
PING_INTERVAL_S = (15, 3600)
MAX_ADDRESSES = 200
MAX_CALLS = 100_000
PORT_HELP = "0: as the name servers say (SRV), or else the usual one of the transport."
CA_MAX, CA_LENGTH_MAX = 20, 100_000
_HOST_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_USER = RegexValidator(
    r"^[A-Za-z0-9_.+!~*'()&=$,;?/-]*\Z", "Only what a SIP address may contain before its @.", code="user"
)


class TrunkAuthentication(models.TextChoices):
    REGISTER = "register", "Register at the provider"
    IP = "ip", "By the provider's addresses"
    ACCEPT_REGISTER = "accept_register", "The gateway registers here"


class TrunkTransport(models.TextChoices):
    UDP = "udp", "UDP"
    TCP = "tcp", "TCP"
    TLS = "tls", "TLS"


class TrunkSrtp(models.TextChoices):
    OFF = "off", "Off"
    OPTIONAL = "optional", "If the provider offers it"
    REQUIRED = "required", "Always"


class TrunkNumberSource(models.TextChoices):
    AUTO = NumberSource.AUTO.value, "Request-URI, or To if that holds no number"
    REQUEST_URI = NumberSource.REQUEST_URI.value, "Request-URI"
    TO = NumberSource.TO.value, "To"
    CALLED_PARTY = NumberSource.CALLED_PARTY.value, "P-Called-Party-ID"
    HEADER = NumberSource.HEADER.value, "Another header"


class TrunkCodec(models.TextChoices):
    PCMA = "PCMA", "G.711 A-law"
    PCMU = "PCMU", "G.711 µ-law"
    G722 = "G722", "G.722"
    G729 = "G729", "G.729"
    OPUS = "opus", "Opus"
    GSM = "GSM", "GSM"


def validate_host(value: str) -> None:
    """A host name in lower case or an IP address, as it stands in SIP addresses."""
    try:
        ipaddress.ip_address(value.removeprefix("[").removesuffix("]"))
    except ValueError:
        if len(value) > 253 or not all(_HOST_LABEL.fullmatch(label) for label in value.split(".")):
            raise ValidationError(
                "A host name such as sip.example.com, or an IP address.", code="host"
            ) from None


def validate_address(value: str) -> None:
    """One address or a network in CIDR form; neither everything nor what belongs to this machine alone."""
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError as error:
        raise ValidationError(
            "An IP address such as 192.0.2.7, or a network such as 192.0.2.0/24.", code="address"
        ) from error
    if network.prefixlen < (8 if network.version == 4 else 32) or network.network_address.is_multicast:
        raise ValidationError("This network is too large to be one provider's.", code="address")


def validate_ping_interval(value: int) -> None:
    if value != 0 and not PING_INTERVAL_S[0] <= value <= PING_INTERVAL_S[1]:
        raise ValidationError(
            f"0 for never, or {PING_INTERVAL_S[0]} to {PING_INTERVAL_S[1]} seconds.", code="ping_interval"
        )


def validate_certificates(value: str) -> None:
    """Only what a check of a chain could begin with."""
    if not value.strip():
        return
    try:
        found = x509.load_pem_x509_certificates(value.encode())
    except ValueError as error:
        raise ValidationError(
            "Certificates in PEM, each from -----BEGIN CERTIFICATE----- to its end.", code="certificates"
        ) from error
    if len(found) > CA_MAX or "PRIVATE KEY" in value:
        message = "Never a private key." if "PRIVATE KEY" in value else f"At most {CA_MAX} certificates."
        raise ValidationError(message, code="certificates")


def new_contact_token() -> str:
    return secrets.token_hex(8)


class Trunk(models.Model):
    name = models.CharField(
        max_length=64,
        unique=True,
        validators=[
            RegexValidator(r"^[^\x00-\x1f\x7f]+\Z", "No line breaks or control characters.", code="invalid")
        ],
    )
    country = models.CharField(max_length=2, blank=True, default="", help_text="Two letters; empty: generic.")
    brand = models.CharField(
        max_length=40, default="generic", help_text="The template this trunk began with."
    )
    website = models.URLField(blank=True, default="")
    authentication = models.CharField(
        "authentication mode",
        max_length=16,
        choices=TrunkAuthentication.choices,
        default=TrunkAuthentication.REGISTER,
    )
    host = models.CharField(
        max_length=253,
        validators=[validate_host],
        help_text="The provider's SIP server. Where the gateway registers here: a domain of your own choice for it.",
    )
    port = models.PositiveIntegerField(
        default=5060, validators=[MaxValueValidator(65_535)], help_text=PORT_HELP
    )
    outbound_proxy = models.CharField(max_length=253, blank=True, default="", validators=[validate_host])
    outbound_proxy_port = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(65_535)], help_text=PORT_HELP
    )
    transport = models.CharField(max_length=3, choices=TrunkTransport.choices, default=TrunkTransport.UDP)
    verifies_certificate = models.BooleanField(
        "check the provider's certificate",
        default=True,
        help_text="Over TLS only: it must be trusted, and be for the host (for the outbound proxy where there is one). "
        "Otherwise no call and no password goes there.",
    )
    ca_certificates = models.TextField(
        "trusted authorities",
        blank=True,
        default="",
        max_length=CA_LENGTH_MAX,
        validators=[validate_certificates],
        help_text="Certificates in PEM, of authorities or the provider itself. Empty: those that this system trusts.",
    )
    srtp = models.CharField("SRTP", max_length=8, choices=TrunkSrtp.choices, default=TrunkSrtp.OFF)
    reregister_interval_s = models.PositiveIntegerField(
        "re-register every (s)",
        default=600,
        validators=[MinValueValidator(REREGISTER_INTERVAL_S[0]), MaxValueValidator(REREGISTER_INTERVAL_S[1])],
    )
    is_same_lan = models.BooleanField("in the same network as this PBX", default=False)
    is_single_via = models.BooleanField(
        "accepts a single Via only",
        default=True,
        help_text="Hides the inner parts of this PBX from the provider. Most providers want it.",
    )
    username = models.CharField(max_length=128, blank=True, default="", validators=[_USER])
    authorization_name = models.CharField(max_length=128, blank=True, default="", validators=[_USER])
    password = EncryptedTextField(blank=True, default="")
    addresses = ArrayField(
        models.CharField(max_length=43, validators=[validate_address]),
        default=list,
        blank=True,
        size=MAX_ADDRESSES,
        verbose_name="associated addresses",
        help_text="More addresses that calls of this provider come from.",
    )
    codecs = ArrayField(
        models.CharField(max_length=8, choices=TrunkCodec.choices),
        default=list,
        blank=True,
        size=len(TrunkCodec),
        help_text="In order of preference; none: as this PBX offers them.",
    )
    max_calls = models.PositiveIntegerField(
        "simultaneous calls", default=0, validators=[MaxValueValidator(MAX_CALLS)], help_text="0: no limit."
    )
    called_number_source = models.CharField(
        "called number of inbound calls",
        max_length=12,
        choices=TrunkNumberSource.choices,
        default=TrunkNumberSource.AUTO,
        help_text="Which part of the provider's INVITE says whom it is for.",
    )
    called_number_header = models.CharField(
        "header of the called number",
        max_length=64,
        blank=True,
        default="",
        validators=[
            RegexValidator(
                r"^[A-Za-z][A-Za-z0-9-]*\Z", "A header's name: letters, digits, hyphens.", code="header"
            )
        ],
    )
    ping_interval_s = models.PositiveIntegerField(
        "ask whether it answers every (s)",
        default=60,
        validators=[validate_ping_interval],
        help_text="By OPTIONS: shows the round-trip time, and whether a provider known by address answers. 0: never.",
    )
    is_recorded = models.BooleanField(
        "record calls", default=False, help_text="All calls over this trunk, whoever talks."
    )
    is_enabled = models.BooleanField("enabled", default=True)
    # Part of the contact we register with: who calls it has learnt it from the provider.
    contact_token = models.CharField(max_length=16, default=new_contact_token, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager[Trunk]] = models.Manager()

    class Meta:
        db_table = "trunk"
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reregister_interval_s__range=REREGISTER_INTERVAL_S),
                name="trunk_reregister_interval_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(authentication="ip") | ~models.Q(authorization_name=""),
                name="trunk_registration_has_a_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.host = self.host.strip().lower()
        self.ca_certificates = self.ca_certificates.strip()
        problems: dict[str, Any] = {}
        if self.authentication != TrunkAuthentication.IP:
            for field in ("authorization_name", "password"):
                if not getattr(self, field):
                    problems[field] = ValidationError("Needed to register.", code="required")
        if self.authentication == TrunkAuthentication.ACCEPT_REGISTER and self.outbound_proxy:
            problems["outbound_proxy"] = ValidationError(
                "Calls go where the gateway registered from: leave this empty.", code="outbound_proxy"
            )
        needs_header = self.called_number_source == TrunkNumberSource.HEADER
        if needs_header != bool(self.called_number_header):
            message = "Name the header." if needs_header else "Only where another header is chosen above."
            problems["called_number_header"] = ValidationError(message, code="called_number_header")
        if problems:
            raise ValidationError(problems)

    def networks(self) -> list[IPNetwork]:
        """The addresses that its calls come from, as far as they are written as addresses."""
        hosts = [
            host.removeprefix("[").removesuffix("]") for host in (self.host, self.outbound_proxy) if host
        ]
        networks = [ipaddress.ip_network(address, strict=False) for address in self.addresses]
        return [*(ipaddress.ip_network(host) for host in hosts if _is_address(host)), *networks]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class TrunkAssignment(models.Model):
    """One tenant may use one trunk: for outbound calls, and for inbound ones to the numbers of its pool."""

    trunk = models.ForeignKey(Trunk, on_delete=models.CASCADE, related_name="assignments")
    # A trigger removes what a deleted tenant had: row-level security would hide it from Django.
    tenant = models.ForeignKey(Tenant, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    did_pool = models.TextField(
        "DID pool",
        blank=True,
        default="",
        max_length=20_000,
        help_text="Numbers, masks such as 44*****, ranges such as 1100-1200, separated by semicolons; * for all "
        "numbers of the trunk; empty: outbound calls only.",
    )

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "trunk_assignment"
        verbose_name = "trunk"
        ordering = ("trunk_id", "tenant_id")
        constraints = [models.UniqueConstraint(fields=["trunk", "tenant"], name="trunk_assigned_once")]

    def __str__(self) -> str:
        return str(self.trunk)

    def clean(self) -> None:
        super().clean()
        try:
            parse_did_pool(self.did_pool)
        except NumberPatternError as refusal:
            raise ValidationError({"did_pool": ValidationError(str(refusal), code=refusal.code)}) from refusal
