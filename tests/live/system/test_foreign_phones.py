"""Two phones that are not ours, with nothing but what the sign-in table says: they call and hear each other."""

from __future__ import annotations

from dataclasses import replace

from tests.live.system.running_system import RunningSystem
from tests.phones.foreign_phone import ForeignPhone
from tests.phones.rest import RestClient
from tests.phones.tones import heard_tones
from tests.phones.waiting import until

CALLER_HZ, CALLEE_HZ, NOBODYS_HZ = 620, 870, 1150
TONES_HZ = (CALLER_HZ, CALLEE_HZ, NOBODYS_HZ)


def test_two_phones_typed_in_by_hand_hear_each_other(system: RunningSystem, rest: RestClient) -> None:
    caller = replace(system.demo.phone_config("globex", "102"), tone_hz=CALLER_HZ)
    callee = replace(system.demo.phone_config("globex", "103"), tone_hz=CALLEE_HZ)
    with ForeignPhone(callee, plays_tone=True) as answering:
        answering.wait_registered()
        with ForeignPhone(caller, plays_tone=True, dials=f"103@{caller.domain}") as calling:
            until(
                lambda: heard_tones(answering.heard(TONES_HZ)) == {CALLER_HZ}, 20, "103 hears the tone of 102"
            )
            until(
                lambda: heard_tones(calling.heard(TONES_HZ)) == {CALLEE_HZ}, 20, "102 hears the tone of 103"
            )
    # Nobody else's: the call was Globex's.
    assert rest.rows("/call_sessions/") == []
