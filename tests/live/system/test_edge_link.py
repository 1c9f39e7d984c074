"""What happens at the edge while nobody carries it to the application is made good afterwards, both ways."""

from __future__ import annotations

from tests.live.system.conftest import PhoneMaker
from tests.live.system.running_system import RunningSystem
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until

BACK_WITHIN_S = 20.0


def _user_agents(rest: RestClient) -> set[str]:
    return {row["user_agent"] for row in rest.rows("/registrations/")}


def test_registrations_missed_by_the_application_are_found_later(
    system: RunningSystem, make_phone: PhoneMaker, rest: RestClient
) -> None:
    leaver = make_phone("demo", "103", user_agent="Leaver")
    leaver.register()
    until(lambda: "Leaver" in _user_agents(rest), PATIENCE_S, "the first phone is listed")
    comer = make_phone("demo", "103", user_agent="Comer")
    with system.stopped("edge-link"):
        leaver.unregister()
        comer.register()
        assert "Leaver" in _user_agents(rest)
    until(lambda: "Comer" in _user_agents(rest), BACK_WITHIN_S, "the missed phone is listed")
    assert "Leaver" not in _user_agents(rest)


def test_an_extension_disabled_meanwhile_is_refused_by_the_edge_afterwards(
    system: RunningSystem, make_phone: PhoneMaker, rest: RestClient
) -> None:
    phone = make_phone("demo", "103")
    phone.register()
    phone.unregister()
    path = f"/extensions/{rest.rows('/extensions/', search='103')[0]['id']}/"
    try:
        with system.stopped("edge-link"):
            rest.patch(path, {"is_enabled": False})
            assert phone.registration_answer() == 200, "the edge remembers what it read before"
            phone.unregister()
        until(lambda: phone.registration_answer() == 403, BACK_WITHIN_S, "the edge has forgotten it")
    finally:
        rest.patch(path, {"is_enabled": True})
    until(lambda: phone.registration_answer() == 200, PATIENCE_S, "the edge has forgotten that, too")


def test_a_restarted_edge_still_knows_its_phones(
    system: RunningSystem, make_phone: PhoneMaker, rest: RestClient
) -> None:
    make_phone("demo", "103", user_agent="Stayer").register()
    until(lambda: "Stayer" in _user_agents(rest), PATIENCE_S, "the phone is listed")
    with system.stopped("edge"):
        assert "Stayer" in _user_agents(rest)
    system.wait_healthy()
    comer = make_phone("demo", "103", user_agent="Comer")
    comer.register(15)
    until(lambda: {"Stayer", "Comer"} <= _user_agents(rest), BACK_WITHIN_S, "both are listed")
