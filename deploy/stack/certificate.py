"""A self-signed certificate for the demo; an operator's own in the same place is left alone."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.stack.config import StackConfig
from deploy.stack.keys import private_file_write

ORGANISATION = "Tandem self-signed"
VALID_DAYS = 397
RENEW_BEFORE_DAYS = 30
# Desk phones that are ten years old speak RSA; many of them nothing else.
KEY_BITS = 2048


def certificate_ensure(config: StackConfig, now: datetime | None = None) -> None:
    at = now or datetime.now(UTC)
    if config.tls_certificate.exists() and config.tls_key.exists() and not _is_ours_and_old(config, at):
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    certificate = _certificate(config, key, at)
    private_file_write(config.tls_key, _key_pem(key))
    private_file_write(config.tls_certificate, certificate.public_bytes(serialization.Encoding.PEM).decode())


def _is_ours_and_old(config: StackConfig, at: datetime) -> bool:
    certificate = x509.load_pem_x509_certificate(config.tls_certificate.read_bytes())
    owners = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    is_ours = any(owner.value == ORGANISATION for owner in owners)
    return is_ours and certificate.not_valid_after_utc < at + timedelta(days=RENEW_BEFORE_DAYS)


def _certificate(config: StackConfig, key: rsa.RSAPrivateKey, at: datetime) -> x509.Certificate:
    host_name = socket.gethostname()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, host_name[:64] or "tandem"),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(os.urandom(16), "big") >> 1)
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(_alternative_names(config, host_name)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _alternative_names(config: StackConfig, host_name: str) -> list[x509.GeneralName]:
    addresses = sorted({config.bind, config.bind6, "127.0.0.1", "::1"} - {""})
    hosts = sorted({"localhost", host_name} - {""})
    return [
        *(x509.DNSName(host) for host in hosts),
        *(x509.IPAddress(ip_address(text)) for text in addresses),
    ]


def _key_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
