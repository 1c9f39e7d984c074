"""From the rows of trunks to what the edge must know of them, with passwords opened."""

from __future__ import annotations

from django.conf import settings

from callmanager.domain.edge_trunk import (
    EdgeTrunk,
    NumberSource,
    OwnAddresses,
    Treatment,
    gateway_of,
    sip_destination,
)
from callmanager.domain.srv_records import Place
from callmanager.domain.trunk_accounts import TrunkAccount, account_user
from callmanager.edge.certificates import Question
from callmanager.edge.places import Wanted
from callmanager.fleet.models import Trunk, TrunkAuthentication, TrunkTransport

# A connection that has been looked at is kept, or looked at anew, by asking.
VERIFIED_PING_INTERVAL_S = 60


def wanted_place(trunk: Trunk) -> Wanted | None:
    """Of the outbound proxy if there is one. None for a gateway that registers here: it is found elsewhere."""
    host = _host_of(trunk)
    return (
        Wanted(host, trunk.outbound_proxy_port if trunk.outbound_proxy else trunk.port, trunk.transport)
        if host
        else None
    )


def certificate_question(trunk: Trunk, place: Place) -> Question | None:
    """None for a trunk whose certificate nobody wants to know."""
    if trunk.transport != TrunkTransport.TLS or not trunk.verifies_certificate or not _host_of(trunk):
        return None
    own = own_addresses()
    address, port = place
    source = own.bound6 if ":" in address else own.bound
    return Question(address, port, _host_of(trunk), trunk.ca_certificates, source)


def edge_trunk_of(trunk: Trunk, place: Place | None, fingerprints: tuple[str, ...] = ()) -> EdgeTrunk:
    transport = trunk.transport
    treatment = Treatment(
        max_calls=trunk.max_calls,
        is_single_via=trunk.is_single_via,
        is_same_lan=trunk.is_same_lan,
        number_source=NumberSource(trunk.called_number_source),
        number_header=trunk.called_number_header,
    )
    if trunk.authentication == TrunkAuthentication.ACCEPT_REGISTER:
        gateway = gateway_of(trunk.authorization_name, trunk.host, trunk.password)
        return EdgeTrunk(
            trunk.pk, "", gateway=gateway, treatment=treatment, ping_interval_s=trunk.ping_interval_s
        )
    if place is None:
        return EdgeTrunk(trunk.pk, "", treatment=treatment)
    address, port = place
    is_ipv6 = ":" in address
    destination = sip_destination(address, port, transport)
    own = own_addresses()
    return EdgeTrunk(
        trunk.pk,
        destination,
        socket=own.socket(transport, is_ipv6=is_ipv6),
        account=_account_of(trunk, destination, own, is_ipv6=is_ipv6),
        treatment=treatment,
        ping_interval_s=trunk.ping_interval_s or (VERIFIED_PING_INTERVAL_S if fingerprints else 0),
        fingerprints=fingerprints,
    )


def own_addresses() -> OwnAddresses:
    return OwnAddresses(
        bound=settings.PBX_BIND,
        bound6=settings.PBX_BIND6,
        public=settings.PBX_PUBLIC_ADDRESS,
        ports=settings.PBX_SIP_PORTS,
    )


def _account_of(trunk: Trunk, destination: str, own: OwnAddresses, *, is_ipv6: bool) -> TrunkAccount | None:
    if trunk.authentication != TrunkAuthentication.REGISTER:
        return None
    username = trunk.username or trunk.authorization_name
    contact = own.contact(trunk.transport, is_ipv6=is_ipv6, is_same_lan=trunk.is_same_lan)
    told = (username, trunk.host, trunk.authorization_name, trunk.password, destination, contact)
    return TrunkAccount(
        user=account_user(trunk.pk, trunk.contact_token, *told, trunk.reregister_interval_s),
        username=username,
        domain=trunk.host,
        authorization_name=trunk.authorization_name,
        password=trunk.password,
        proxy=destination,
        expires_s=trunk.reregister_interval_s,
        contact=contact,
        socket=own.socket(trunk.transport, is_ipv6=is_ipv6),
    )


def _host_of(trunk: Trunk) -> str:
    """The outbound proxy if there is one. A gateway that registers here is found elsewhere."""
    if not trunk.is_enabled or trunk.authentication == TrunkAuthentication.ACCEPT_REGISTER:
        return ""
    return (trunk.outbound_proxy or trunk.host).removeprefix("[").removesuffix("]")
