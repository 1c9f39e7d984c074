"""What the application hears of registrations that were refused, and that a flood of them stays bounded."""

from __future__ import annotations

import pytest

from tests.live.edge.conftest import BOB, CAROL_DISABLED, TRENT_SUSPENDED, PhoneMaker
from tests.live.edge.edge_process import EventStream
from tests.live.edge.messages import Account, unique

WRONG = Account("102", "acme.example", "guess")


@pytest.mark.parametrize(
    ("account", "cause"),
    [
        (WRONG, "wrong_password"),
        (Account("998", "acme.example", "guess"), "unknown_extension"),
        (Account("101", "nowhere.example", "x"), "unknown_domain"),
        (CAROL_DISABLED, "extension_disabled"),
        (TRENT_SUSPENDED, "tenant_disabled"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refused_registration_is_told_with_its_cause(
    phone: PhoneMaker, events: EventStream, account: Account, cause: str
) -> None:
    phone(account).register()
    event = events.next(event="refused", number=account.number, domain=account.domain)
    assert event["cause"] == cause
    assert event["source"].startswith("udp:127.0.0.1:")
    assert event["user_agent"] == "Acme Desk 1.0"
    assert event["at"] > 0


def test_the_same_refusal_is_told_once_and_then_the_penalty(phone: PhoneMaker, events: EventStream) -> None:
    account = Account(unique("7"), "acme.example", "guess")
    device = phone(account)
    for _ in range(7):
        device.register()
    heard = events.until(event="refused", number=account.number, cause="penalised")
    causes = [one["cause"] for one in heard if one.get("number") == account.number]
    assert causes == ["unknown_extension", "penalised"]
    (penalty,) = [one for one in heard if one["event"] == "penalised" and one["aor"] == account.aor]
    assert penalty["penalty_s"] == 10


def test_a_good_registration_and_the_first_challenge_are_no_refusals(
    phone: PhoneMaker, events: EventStream
) -> None:
    assert phone(BOB).register().status == 200
    heard = events.until(event="registered", aor=BOB.aor)
    assert [one for one in heard if one["event"] == "refused" and one["number"] == BOB.number] == []
