"""Calls that became one by a transfer: the record of either draws both, for whoever may see both."""

from __future__ import annotations

from callmanager.fleet.models import Cdr
from callmanager.services.cdr import cdrs_assemble
from tenants.models import Tenant
from tenants.scope import across_tenants
from tests.web.api.conftest import Rest
from tests.web.callmanager.recorded_calls import tell

SEAT = {
    "side": "callee",
    "target_id": "t2",
    "number": "103",
    "display_name": "Carol",
    "answered_by": "extension",
}
TRANSFER = {"transfer": "attended", "transferor": "102", "transferee": "101", "transfer_target": "103"}


def transferred(tenant: Tenant, first: str, second: str) -> tuple[Cdr, Cdr]:
    """101 talked to 102, who asked 103 in another call; now 101 talks to 103."""
    came = {**SEAT, **TRANSFER, "contact": "", "user_agent": "", "from_session": second, "from_call_id": "c2"}
    rung = {"target_id": "t2", "number": "103", "contact": "sip:103@192.0.2.3", "user_agent": ""}
    left = {"reason": "transfer", "target_id": "t2", "to_session": first, "to_call_id": "c1"}
    tell(tenant, ("call_transferred", 6.0, came), session_id=first, call_id="c1")
    asked = ("target_add", 1.0, rung), ("call_moved", 6.0, left)
    tell(tenant, *asked, session_id=second, caller="102", callee="103", call_id="c2")
    cdrs_assemble(session_ids=[first, second])
    with across_tenants():
        return Cdr.objects.get(session_id=first), Cdr.objects.get(session_id=second)


def test_either_record_draws_both_calls(acme_user: Rest, acme: Tenant) -> None:
    for cdr in transferred(acme, "s1", "s2"):
        story = acme_user.get(f"/api/cdrs/{cdr.pk}").body["story"]
        (related,) = story["related"]
        assert {cdr.session_id, related["session_id"]} == {"s1", "s2"}
        titles = [lane["title"] for lane in story["ladder"]["lanes"]]
        assert sorted(titles) == ["101", "102", "102", "103", "PBX"]
        labels = [arrow["label"] for arrow in story["ladder"]["arrows"]]
        assert {"NOTIFY 200 OK", "goes on in another call"} <= set(labels)
        assert {moment["session_id"] for moment in story["course"]} == {"s1", "s2"}
        assert all(event["data"].get("caller") in (None, cdr.caller) for event in story["events"])


def test_a_record_does_not_lead_to_calls_that_one_may_not_see(
    acme_user: Rest, globex_user: Rest, alice: Rest, acme: Tenant, globex: Tenant
) -> None:
    first, second = transferred(acme, "s1", "s2")
    assert globex_user.get(f"/api/cdrs/{first.pk}").status == 404
    # A stranger's record that names a call of Acme's shows nothing of it.
    names_it = {**SEAT, "reason": "pickup", "replaced_number": "", "from_session": "s2", "from_call_id": "c2"}
    tell(globex, ("call_joined", 5.0, {**names_it, "contact": "", "user_agent": ""}), session_id="g1")
    cdrs_assemble(session_ids=["g1"])
    with across_tenants():
        foreign = Cdr.objects.get(session_id="g1")
    story = globex_user.get(f"/api/cdrs/{foreign.pk}").body["story"]
    assert story["related"] == []
    # Alice was not in the call between 102 and 103.
    assert alice.get(f"/api/cdrs/{second.pk}").status == 404
    assert alice.get(f"/api/cdrs/{first.pk}").body["story"]["related"] == []
