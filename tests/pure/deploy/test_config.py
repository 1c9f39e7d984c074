from __future__ import annotations

from pathlib import Path

import pytest

from deploy.stack.config import StackConfig
from deploy.stack.environment import stack_environment
from deploy.stack.errors import StackError
from deploy.stack.keys import keys_make

STATE = Path("/var/lib/tandem")
DATABASES = {"DATABASE_URL": "postgres://a:b@db/t", "EDGE_DATABASE_URL": "postgres://e:f@db/t"}


def read(**environ: str) -> StackConfig:
    return StackConfig.from_environment(environ, STATE)


def test_an_empty_environment_gives_the_documented_ports() -> None:
    config = read()
    assert (config.bind, config.ports.http, config.ports.https) == ("127.0.0.1", 8888, 8887)
    assert (config.ports.sip_udp, config.ports.sip_tcp, config.ports.sip_tls) == (5060, 5060, 5061)
    assert (config.ports.sip_ws, config.ports.sip_wss) == (5062, 5065)
    assert (config.rtp_port_min, config.rtp_port_max) == (45000, 65000)


def test_a_variable_of_the_operator_wins() -> None:
    assert read(PBX_HTTP_PORT="9000").ports.http == 9000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PBX_HTTP_PORT", "0"),
        ("PBX_HTTP_PORT", "65536"),
        ("PBX_SIP_UDP_PORT", "sip"),
        ("PBX_SIP_UDP_PORT", "५०६०"),
        ("PBX_WORKERS", "0"),
        ("PBX_BIND", "localhost"),
        ("PBX_BIND", "0.0.0.0"),
        ("PBX_PUBLIC_ADDRESS", "pbx.example"),
        ("PBX_PUBLIC_ADDRESS", "0.0.0.0"),
        ("PBX_BIND6", "127.0.0.1"),
        ("PBX_BIND6", "::"),
        ("PBX_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(StackError, match=name):
        read(**{name: value})


def test_an_empty_ipv6_address_means_no_ipv6() -> None:
    assert read(PBX_BIND6="").bind6 == ""


def test_one_database_url_without_the_other_is_refused() -> None:
    with pytest.raises(StackError, match="together"):
        read(DATABASE_URL=DATABASES["DATABASE_URL"])


def test_too_few_media_ports_for_the_workers_are_refused() -> None:
    with pytest.raises(StackError, match="PBX_RTP_PORT_MAX"):
        read(PBX_RTP_PORT_MIN="45000", PBX_RTP_PORT_MAX="45006", PBX_WORKERS="2")


def test_a_state_directory_too_long_for_a_socket_is_refused() -> None:
    with pytest.raises(StackError, match="PBX_STATE_DIR"):
        StackConfig.from_environment({}, Path("/" + "x" * 100))


def test_servers_of_the_operator_are_used_and_not_started() -> None:
    config = read(**DATABASES, REDIS_URL="redis://cache/0")
    environment = stack_environment(config, keys_make(), {})
    assert not config.has_own_postgres
    assert not config.has_own_redis
    assert environment["DATABASE_URL"] == DATABASES["DATABASE_URL"]
    assert environment["REDIS_URL"] == "redis://cache/0"


def test_own_servers_are_reached_with_passwords_of_their_own() -> None:
    keys = keys_make()
    environment = stack_environment(read(), keys, {})
    assert environment["DATABASE_URL"] == f"postgres://tandem:{keys.postgres_password}@127.0.0.1:15432/tandem"
    assert environment["EDGE_DATABASE_URL"].startswith(
        f"postgres://tandem_edge:{keys.edge_postgres_password}@"
    )
    assert keys.redis_password in environment["REDIS_URL"]


def test_a_key_of_the_operator_wins_over_the_stored_one() -> None:
    environment = stack_environment(read(), keys_make(), {"SECRET_KEY": "theirs"})
    assert environment["SECRET_KEY"] == "theirs"


def test_private_stacks_share_no_port() -> None:
    ports = []
    for name in ("one", "two"):
        config = StackConfig.for_tests(Path("/var/lib", name), workers=2)
        ports += [
            value
            for key, value in stack_environment(config, keys_make(), {}).items()
            if key.endswith("_PORT")
        ]
    assert len(ports) == len(set(ports))
