"""A provider reached by TLS: registered with, called and calling on one connection, if its certificate is right."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from tests.live.edge.endpoints import SDP
from tests.live.edge.messages import SipMessage
from tests.live.edge.providers import as_callee, as_caller, contact_of, inbound
from tests.live.edge.tls_listener import TlsListener
from tests.live.edge.transports import NothingReceived
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.provider import Provider
from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

NAME, DID = "127.0.0.2", "4930777"
STATE_WITHIN_S = 40.0


class Authority:
    """Signs certificates for providers, and is trusted by who was given its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
        own = self._builder(self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.pem = own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def certificate(self, *names: x509.GeneralName, days: int = 2) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Provider")])
        signed = (
            self._builder(subject, key.public_key(), days)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        stem = self._directory / f"{signed.serial_number:x}"
        certificate_file, key_file = stem.with_suffix(".crt"), stem.with_suffix(".key")
        certificate_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate_file, key_file

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int = 2
    ) -> x509.CertificateBuilder:
        now = timezone.now()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=9))
            .not_valid_after(now + timedelta(days=days))
        )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


ProviderMaker = Callable[..., Provider]


@pytest.fixture
def provider_with(system: RunningSystem) -> Iterator[ProviderMaker]:
    """A provider that shows this certificate."""
    made: list[Provider] = []

    def make(certificate: tuple[Path, Path], port: int = 0) -> Provider:
        transport = TlsListener(NAME, certificate=certificate[0], key=certificate[1], port=port)
        made.append(Provider(system.sip_udp, NAME, transport=transport))
        return made[-1]

    yield make
    for provider in made:
        provider.close()


def address(text: str = NAME) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_address(text))


def registered_trunk(world: OutsideWorld, provider: Provider, **fields: Any) -> int:
    return world.trunk(
        provider.host,
        provider.port,
        DID,
        authentication="register",
        transport="tls",
        authorization_name=provider.account.name,
        password=provider.account.password,
        reregister_interval_s=60,
        ping_interval_s=0,
        **fields,
    )


def wait_state(administrator: RestClient, trunk: int, state: str) -> dict[str, Any]:
    until(lambda: administrator.get(f"/trunks/{trunk}")["state"] == state, STATE_WITHIN_S, f"it is {state}")
    told: dict[str, Any] = administrator.get(f"/trunks/{trunk}")
    return told


def call_in(provider: Provider, register: SipMessage, alice: Phone) -> None:
    """Over the connection that the edge has opened."""
    contact = re.search(r"sip:(trk-[^@]+)@", register["Contact"])
    assert contact is not None
    sent = inbound(provider, contact[1], to=DID)
    call = alice.wait_incoming()
    call.answer()
    answered = provider.expect("INVITE", 200)
    as_caller(provider, "ACK", sent, answered, 1)
    call.wait_confirmed()
    as_caller(provider, "BYE", sent, answered, 2)
    provider.expect("BYE", 200)
    call.wait_over()


def call_out(provider: Provider, alice: Phone) -> None:
    call = alice.dial("0049891234")
    invite = provider.take_call()
    assert provider.proved_password(invite)
    assert invite["Via"].startswith("SIP/2.0/TLS ")
    answer = invite.answer(200, contact=contact_of(provider), extra=(("Content-Type", "application/sdp"),))
    sent = provider.send(replace(answer, body=SDP))
    provider.expect("ACK")
    call.wait_confirmed()
    as_callee(provider, "BYE", invite, sent, 7)
    provider.expect("BYE", 200)
    call.wait_over()


@pytest.mark.parametrize("is_verified", [True, False])
def test_registered_called_calling_refreshed_and_left_on_one_connection(
    world: OutsideWorld,
    administrator: RestClient,
    authority: Authority,
    provider_with: ProviderMaker,
    alice: Phone,
    is_verified: bool,
) -> None:
    provider = provider_with(authority.certificate(address() if is_verified else x509.DNSName("x.example")))
    trusted = {"ca_certificates": authority.pem} if is_verified else {"verifies_certificate": False}
    trunk = registered_trunk(world, provider, **trusted)
    register = provider.take_registration(expires_s=20)
    assert register["Via"].startswith("SIP/2.0/TLS ")
    assert re.fullmatch(r"<sip:trk-\d+-\w+@127.0.0.1:\d+;transport=tls>", register["Contact"])
    wait_state(administrator, trunk, "registered")
    world.inbound(trunk, DID, "101")
    world.outbound(trunk)
    call_in(provider, register, alice)
    call_out(provider, alice)
    again = provider.take_registration(timeout_s=30)
    assert again["Contact"] == register["Contact"]
    administrator.patch(f"/trunks/{trunk}", {"is_enabled": False})
    provider.take_farewell()


@pytest.mark.parametrize(
    ("names", "days", "is_trusted", "reason"),
    [
        ((x509.DNSName("another.example"),), 2, True, "Certificate: it is not for 127.0.0.2"),
        ((address(),), -1, True, "Certificate: certificate has expired"),
        ((address(),), 2, False, "Certificate: unable to get local issuer certificate"),
    ],
)
def test_a_certificate_that_is_not_right_is_told_and_nothing_is_said_to_its_owner(
    world: OutsideWorld,
    administrator: RestClient,
    authority: Authority,
    provider_with: ProviderMaker,
    names: tuple[x509.GeneralName, ...],
    days: int,
    is_trusted: bool,
    reason: str,
) -> None:
    provider = provider_with(authority.certificate(*names, days=days))
    trunk = registered_trunk(world, provider, ca_certificates=authority.pem if is_trusted else "")
    told = wait_state(administrator, trunk, "failed")
    assert (told["last_error"]["code"], told["last_error"]["reason"]) == (437, reason)
    logged = administrator.rows("/event_log", kind="trunk.disconnected")[0]["message"]
    assert logged == f"Trunk {told['name']}: failed (437 {reason})."
    provider.expect_silence("REGISTER", for_s=3)
    # All is well as soon as nobody asks for more.
    administrator.patch(f"/trunks/{trunk}", {"verifies_certificate": False})
    provider.take_registration()
    wait_state(administrator, trunk, "registered")


def test_a_provider_with_a_new_certificate_is_looked_at_again(
    world: OutsideWorld, administrator: RestClient, authority: Authority, provider_with: ProviderMaker
) -> None:
    provider = provider_with(authority.certificate(address()))
    trunk = registered_trunk(world, provider, ca_certificates=authority.pem)
    provider.take_registration(expires_s=20)
    wait_state(administrator, trunk, "registered")
    port = provider.port
    provider.close()
    renewed = provider_with(authority.certificate(address(), x509.DNSName("sip.example")), port)
    until(lambda: registers(renewed), 90, "it is registered again")
    wait_state(administrator, trunk, "registered")


def registers(provider: Provider) -> bool:
    """An edge that has not heard of the new certificate yet does not go on."""
    try:
        return "Authorization" in provider.take_registration()
    except NothingReceived:
        return False
