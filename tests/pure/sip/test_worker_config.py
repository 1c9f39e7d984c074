"""The worker's environment: defaults, shares, and one clear sentence for what is wrong."""

from __future__ import annotations

import itertools

import pytest

from sipworker.config import ConfigError, WorkerConfig

pytestmark = pytest.mark.pure

NEEDED = {
    "DATABASE_URL": "postgresql://u:secret@h/d",
    "REDIS_URL": "redis://:secret@h/0",
    "PBX_STATE_DIR": "/s",
    "FIELD_ENCRYPTION_KEY": "a key of at least 32 characters and no less",
}


def test_defaults_are_those_of_the_documentation() -> None:
    config = WorkerConfig.from_environment(NEEDED)
    assert (config.sip_port, config.edge_sip_port, config.edge_rpc_port) == (15100, 15060, 15065)
    assert (config.media_address, config.media_address6) == ("127.0.0.1", "")
    assert (config.name, config.drain_timeout_s, config.bridge_clock_rate_hz) == ("worker-0", 30, 16000)


def test_workers_share_the_rtp_ports_without_overlap() -> None:
    shares = []
    for index in range(3):
        config = WorkerConfig.from_environment(
            NEEDED
            | {
                "PBX_WORKERS": "3",
                "PBX_WORKER_INDEX": str(index),
                "PBX_RTP_PORT_MIN": "45001",
                "PBX_RTP_PORT_MAX": "45100",
            }
        )
        assert config.rtp_port_min % 2 == 0
        shares.append((config.rtp_port_min, config.rtp_port_max + 1))
    assert all(first[1] < second[0] for first, second in itertools.pairwise(shares))
    assert shares[0][0] >= 45001
    assert shares[-1][1] <= 45100


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PBX_WORKER_INDEX", "5"),
        ("PBX_WORKER_SIP_BASE_PORT", "70000"),
        ("PBX_WORKER_SIP_BASE_PORT", "many"),
        ("PBX_BIND", "::1"),
        ("PBX_BIND", "localhost"),
        ("PBX_BIND6", "127.0.0.1"),
        ("PBX_RTP_PORT_MAX", "45001"),
        ("PBX_BRIDGE_CLOCK_RATE", "48000"),
        ("PBX_LOG_LEVEL", "loud"),
        ("DATABASE_URL", ""),
        ("REDIS_URL", "http://:secret@h"),
        ("FIELD_ENCRYPTION_KEY", "short secret"),
    ],
)
def test_a_wrong_value_is_named_and_secrets_are_not_told(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name) as caught:
        WorkerConfig.from_environment(NEEDED | {name: value})
    assert "secret" not in str(caught.value)
