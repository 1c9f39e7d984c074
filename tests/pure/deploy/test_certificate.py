from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from deploy.stack.certificate import VALID_DAYS, certificate_ensure
from deploy.stack.config import StackConfig

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> StackConfig:
    (tmp_path / "tls").mkdir()
    return StackConfig.for_tests(tmp_path)


def test_the_certificate_names_the_addresses_phones_connect_to(config: StackConfig) -> None:
    certificate_ensure(config, NOW)
    certificate = x509.load_pem_x509_certificate(config.tls_certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ip_address("127.0.0.1") in names.get_values_for_type(x509.IPAddress)
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert stat.S_IMODE(config.tls_key.stat().st_mode) == 0o600


def test_a_second_start_keeps_the_certificate(config: StackConfig) -> None:
    certificate_ensure(config, NOW)
    first = config.tls_certificate.read_bytes()
    certificate_ensure(config, NOW + timedelta(days=1))
    assert config.tls_certificate.read_bytes() == first


def test_a_certificate_about_to_expire_is_made_anew(config: StackConfig) -> None:
    certificate_ensure(config, NOW)
    first = config.tls_certificate.read_bytes()
    certificate_ensure(config, NOW + timedelta(days=VALID_DAYS - 10))
    assert config.tls_certificate.read_bytes() != first
