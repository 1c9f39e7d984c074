"""The worker guards companies' servers by a copy of the web side's rule: both say the same."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from sipworker.gateways.guarded_sockets import is_reachable
from tenants.reachable import is_reachable as is_reachable_for_the_web


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "127.0.0.1", "10.1.2.3", "192.168.7.9", "169.254.169.254", "0.0.0.0", "224.0.0.1"),
        *("100.64.0.1", "::1", "fe80::1%eth0", "fc00::1", "2001:4860:4860::8888", "::ffff:10.0.0.1"),
        *("64:ff9b::a00:1", "64:ff9b::808:808", "2002:0a00:0001::", "ff02::1", "::", "192.0.2.7"),
    ],
)
@pytest.mark.parametrize("allowed", [(), ("192.168.7.0/24", "fc00::/7")])
def test_the_rule_is_that_of_the_web_side(settings: Any, address: str, allowed: tuple[str, ...]) -> None:
    settings.PBX_TENANT_NETWORKS = allowed
    networks = tuple(ip_network(one) for one in allowed)
    assert is_reachable(address, networks) is is_reachable_for_the_web(address)
