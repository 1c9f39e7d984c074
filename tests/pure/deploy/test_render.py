from __future__ import annotations

import configparser
from pathlib import Path

import pytest

from deploy.stack.config import StackConfig
from deploy.stack.programs import Program, stack_programs
from deploy.stack.render import nginx_configuration, supervisor_configuration


@pytest.fixture
def config() -> StackConfig:
    return StackConfig.for_tests(Path("/var/lib/tandem"), workers=2)


def parsed(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";",))
    parser.read_string(text)
    return parser


def test_calls_stop_before_everything_they_need(config: StackConfig) -> None:
    runner = parsed(supervisor_configuration(config, stack_programs(config)))
    order = ["database", "application", "edge", "calls", "front"]
    # Groups stop from the highest priority to the lowest.
    assert sorted(order, key=lambda group: runner.getint(f"group:{group}", "priority")) == order


def test_a_worker_has_longer_to_stop_than_its_calls_to_drain(config: StackConfig) -> None:
    runner = parsed(supervisor_configuration(config, stack_programs(config)))
    assert runner.getint("program:worker-1", "stopwaitsecs") > config.drain_timeout_s


def test_each_worker_knows_its_index(config: StackConfig) -> None:
    runner = parsed(supervisor_configuration(config, stack_programs(config)))
    assert runner.get("program:worker-1", "environment") == 'PBX_WORKER_INDEX="1"'


def test_nothing_starts_before_it_is_told_to(config: StackConfig) -> None:
    runner = parsed(supervisor_configuration(config, stack_programs(config)))
    programs = [name for name in runner.sections() if name.startswith("program:")]
    assert {runner.get(name, "autostart") for name in programs} == {"false"}


def test_a_percent_sign_in_a_path_is_not_expanded(config: StackConfig) -> None:
    text = supervisor_configuration(config, (Program("odd", "front", ("/opt/50%/bin",)),))
    assert "command=/opt/50%%/bin" in text


def test_nginx_listens_where_it_is_told_and_on_ipv6_if_there_is_any(config: StackConfig) -> None:
    text = nginx_configuration(config, "off")
    assert f"listen 127.0.0.1:{config.ports.http};" in text
    assert f"listen 127.0.0.1:{config.ports.https} ssl http2;" in text
    assert (f"listen [::1]:{config.ports.http};" in text) == bool(config.bind6)


def test_query_strings_stay_out_of_the_access_log(config: StackConfig) -> None:
    log_format = next(
        line for line in nginx_configuration(config, "off").splitlines() if "log_format" in line
    )
    assert "$uri" in log_format
    assert "$request " not in log_format
    assert "args" not in log_format
