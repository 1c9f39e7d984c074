"""One kind of thing after the other, made for Acme with a word in it that nobody else may ever read.

A new REST resource or console page needs its thing here: the matrix and the count of queries ask for it by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from callmanager.domain.outbound_rules import OutboundRoute
from callmanager.fleet.models import (
    DeletedTenant,
    DeliveryState,
    Registration,
    RegistrationFailure,
    SystemBlockedNumber,
    SystemDisallowedCode,
    Trunk,
    TrunkAssignment,
    WebhookDelivery,
)
from callmanager.models import (
    BlockedNumber,
    CallQueue,
    CallQueueSound,
    DisallowedCode,
    Extension,
    ExtensionGroup,
    Holiday,
    InboundRule,
    Mailbox,
    OutboundRule,
    Receptionist,
    ReceptionistPrompt,
    RingGroup,
    RoutingTest,
)
from callmanager.services.call_queue import call_queue_create
from callmanager.services.inbound_rule import inbound_rule_create
from callmanager.services.office_hours import holiday_create
from callmanager.services.outbound_rule import outbound_rule_create
from callmanager.services.receptionist import receptionist_create
from callmanager.services.ring_group import ring_group_create
from callmanager.services.routing_test import routing_test_create
from callmanager.services.trunk import trunk_assign, trunk_create
from tenants.models import ApiToken, AuditEntry, FileKind, Tenant, User
from tenants.models.event_log import EventLogEntry, EventSource, Severity
from tenants.models.job import Job, JobState
from tenants.scope import across_tenants, tenant_scope
from tenants.services.api_token import api_token_create
from tenants.services.event_log import event_record
from tests.web.calls import cdr_make, registration_make
from tests.web.matrix.conference_things import conference_make
from tests.web.matrix.people_things import (
    administrator_make,
    person_exists,
    session_exists,
    session_make,
    user_make,
)
from tests.web.matrix.sound_things import (
    greeting_exists,
    greeting_make,
    music_file_exists,
    music_file_make,
    recording_exists,
    recording_make,
    stored_file,
    voicemail_exists,
    voicemail_make,
)
from tests.web.matrix.thing import MARK, Thing, World
from tests.web.queue_callers import (
    exclusive_agent_make,
    harass_number_make,
    harass_prompt_make,
    vip_make,
)
from tests.web.queue_calls import queue_stay_make, wall_queue_make
from tests.web.rules import lent_trunk


def _extension(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        extension = Extension.objects.create(
            number=str(7000 + number),
            display_name=f"{MARK} {number}",
            sip_password="1234",  # weak, as only an import from elsewhere could leave it
        )
    return {"pk": extension.pk}


def _extension_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return Extension.objects.filter(pk=ids["pk"], display_name__startswith=MARK, is_enabled=True).exists()


def _group(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        group = ExtensionGroup.objects.create(name=f"{MARK} {number}")
    return {"pk": group.pk}


def _group_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        group = ExtensionGroup.objects.filter(pk=ids["pk"], name__startswith=MARK)
        return group.exists() and not group.get().memberships.exists()


def _registration(world: World, number: int) -> dict[str, Any]:
    registration = registration_make(world.acme, "101", f"ruid-{number}")
    with tenant_scope(world.acme):
        Registration.objects.filter(pk=registration.pk).update(user_agent=f"{MARK} {number}")
    return {"pk": registration.pk}


def _registration_failure(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        failure = RegistrationFailure.objects.create(
            at=timezone.now(),
            tenant_id=world.acme.pk,
            number="101",
            domain=world.acme.sip_domain,
            cause="wrong_password",
            source="udp:192.0.2.7:5060",
            user_agent=f"{MARK} {number}",
        )
    return {"pk": failure.pk}


def _cdr(world: World, number: int) -> dict[str, Any]:
    cdr = cdr_make(
        world.acme,
        f"{MARK}-{number}",
        caller_display_name=MARK,
        caller=f"{MARK}",
        callee="103",
        answered_number="103",
    )
    return {"pk": cdr.pk}


def _live_call(world: World, number: int) -> dict[str, Any]:
    session_id = f"live-{MARK}-{number}"
    world.worker.begin_call(
        world.acme, session_id, caller="101", callee="103", answered_number="103", caller_display_name=MARK
    )
    return {"session_id": session_id}


def _api_token(world: World, number: int) -> dict[str, Any]:
    token, _ = api_token_create(user=User.objects.get(username="acme"), name=f"{MARK} {number}")
    return {"pk": token.pk}


def _api_token_exists(world: World, ids: dict[str, Any]) -> bool:
    return ApiToken.objects.filter(pk=ids["pk"], revoked_at=None).exists()


def _audit_entry(world: World, number: int) -> dict[str, Any]:
    entry = AuditEntry.objects.create(
        tenant=world.acme,
        tenant_name="acme",
        username="acme",
        action="thing.made",
        object_name=f"{MARK} {number}",
    )
    return {"pk": entry.pk}


def _event(world: World, number: int) -> dict[str, Any]:
    entry: EventLogEntry | None = event_record(
        severity=Severity.INFO,
        source=EventSource.SYSTEM,
        kind="thing.made",
        message=f"{MARK} {number}",
        tenant=world.acme,
    )
    assert entry is not None
    return {"pk": entry.pk}


def _holiday(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        holiday = holiday_create(
            name=f"{MARK} {number}", first_day=date(2030, 1, number), last_day=date(2030, 1, number)
        )
    return {"pk": holiday.pk}


def _holiday_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return Holiday.objects.filter(pk=ids["pk"], name__startswith=MARK).exists()


def _mailbox(world: World, number: int) -> dict[str, Any]:
    ids = _extension(world, 500 + number)
    with tenant_scope(world.acme):
        extension = Extension.objects.get(pk=ids["pk"])
        Mailbox.objects.filter(extension=extension).update(max_message_s=77)
    return {**ids, "number": extension.number}


def _mailbox_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return Mailbox.objects.filter(extension__number=ids["number"], max_message_s=77).exists()


def _job(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        job = Job.objects.create(
            tenant_id=world.acme.pk, kind="thing", title=f"{MARK} {number}", state=JobState.FAILED
        )
    return {"pk": job.pk}


def _tenant(world: World, number: int) -> dict[str, Any]:
    tenant = Tenant.objects.create(
        name=f"{MARK}-{number}",
        display_name=f"{MARK} {number}",
        schema_name=f"t_{MARK}{number}",
        sip_domain=f"{MARK}{number}.example",
    )
    return {"pk": tenant.pk}


def _tenant_exists(world: World, ids: dict[str, Any]) -> bool:
    return Tenant.objects.filter(pk=ids["pk"], is_enabled=True, display_name__startswith=MARK).exists()


def _trunk(world: World, number: int) -> dict[str, Any]:
    trunk = trunk_create(name=f"{MARK} {number}", authentication="ip", host=f"192.0.2.{number}")
    return {"pk": trunk.pk}


def _trunk_exists(world: World, ids: dict[str, Any]) -> bool:
    return Trunk.objects.filter(pk=ids["pk"], name__startswith=MARK, is_enabled=True).exists()


def _did_pool(world: World, number: int) -> dict[str, Any]:
    trunk = trunk_create(name=f"{MARK} lent {number}", authentication="ip", host=f"198.51.100.{number}")
    assignment = trunk_assign(trunk=trunk, tenant=world.acme, did_pool=f"77311{number}")
    return {"pk": assignment.pk}


def _did_pool_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return TrunkAssignment.objects.filter(pk=ids["pk"], did_pool__startswith="77311").exists()


def _deleted_tenant(world: World, number: int) -> dict[str, Any]:
    gone = Tenant(
        pk=800_000 + number, name=f"{MARK}-{number}", sip_domain="gone.example", schema_name="public"
    )
    record = cdr_make(gone, f"kept-{number}", caller_display_name=MARK)
    with across_tenants():
        DeletedTenant.objects.create(tenant_id=gone.pk, name=gone.name, sip_domain=gone.sip_domain)
    return {"pk": gone.pk, "record": record.pk}


def _deleted_tenant_exists(world: World, ids: dict[str, Any]) -> bool:
    with across_tenants():
        return DeletedTenant.objects.filter(pk=ids["pk"], purge_began_at=None).exists()


def _kept_cdr(world: World, number: int) -> dict[str, Any]:
    ids = _deleted_tenant(world, number + 100)
    return {"pk": ids["record"], "tenant_id": ids["pk"]}


def _inbound_rule(world: World, number: int) -> dict[str, Any]:
    trunk = lent_trunk(world.acme, pool="*", name=f"{MARK} for callers {number}")
    with tenant_scope(world.acme):
        rule = inbound_rule_create(name=f"{MARK} {number}", trunk_id=trunk.pk, did=f"7731{number}")
    return {"pk": rule.pk}


def _inbound_rule_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return InboundRule.objects.filter(pk=ids["pk"], name__startswith=MARK, is_enabled=True).exists()


def _ring_group(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        group = ring_group_create(number=f"77{number}", name=f"{MARK} {number}")
    return {"pk": group.pk}


def _ring_group_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return RingGroup.objects.filter(pk=ids["pk"], name__startswith=MARK).exists()


def _call_queue(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        queue = call_queue_create(number=f"79{number}", name=f"{MARK} {number}")
        file = stored_file(world, FileKind.PROMPT)
        stored = {"stored_file_id": file.pk, "stored_name": file.name, "length_s": 1.0}
        CallQueueSound.objects.create(queue=queue, use="intro", name=MARK, **stored)
    return {"pk": queue.pk, "use": "intro"}


def _call_queue_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return CallQueue.objects.filter(pk=ids["pk"], name__startswith=MARK, sounds__isnull=False).exists()


def _queue_call(world: World, number: int) -> dict[str, Any]:
    stay = queue_stay_make(world.acme, f"{MARK}-{number}", caller=MARK)
    return {"pk": stay.pk}


def _receptionist(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        desk = receptionist_create(number=f"78{number}", name=f"{MARK} {number}")
        file = stored_file(world, FileKind.PROMPT)
        stored = {"stored_file_id": file.pk, "stored_name": file.name, "length_s": 1.0}
        ReceptionistPrompt.objects.create(receptionist=desk, use="menu", name=MARK, **stored)
    return {"pk": desk.pk, "use": "menu"}


def _receptionist_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return Receptionist.objects.filter(
            pk=ids["pk"], name__startswith=MARK, prompts__isnull=False
        ).exists()


def _outbound_rule(world: World, number: int) -> dict[str, Any]:
    trunk = lent_trunk(world.acme, name=f"{MARK} for calls {number}")
    with tenant_scope(world.acme):
        rule = outbound_rule_create(name=f"{MARK} {number}", prefixes="00", routes=[OutboundRoute(trunk.pk)])
    return {"pk": rule.pk}


def _outbound_rule_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        rule = OutboundRule.objects.filter(pk=ids["pk"], name__startswith=MARK, is_enabled=True)
        return rule.exists() and rule.get().position == 1


def _webhook_delivery(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        delivery = WebhookDelivery.objects.create(
            tenant_id=world.acme.pk,
            event_url_id=number,
            topic="cdr",
            key="call_cdr",
            event_id=f"msg_{number}",
            ordering_key=f"{MARK}-{number}",
            body=f'{{"caller":"{MARK}"}}',
            state=DeliveryState.FAILED,
        )
    return {"pk": delivery.pk, "delivery_id": delivery.pk}


def _webhook_delivery_exists(world: World, ids: dict[str, Any]) -> bool:
    """And was not sent again."""
    with tenant_scope(world.acme):
        return WebhookDelivery.objects.filter(pk=ids["pk"]).exists() and not (
            WebhookDelivery.objects.filter(is_replay=True).exists()
        )


def _disallowed_code(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        entry = DisallowedCode.objects.create(code=f"77{number:03d}", description=f"{MARK} {number}")
    return {"pk": entry.pk}


def _disallowed_code_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return DisallowedCode.objects.filter(pk=ids["pk"], description__startswith=MARK).exists()


def _blocked_number(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        entry = BlockedNumber.objects.create(number=f"7731{number:03d}", description=f"{MARK} {number}")
    return {"pk": entry.pk}


def _blocked_number_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return BlockedNumber.objects.filter(pk=ids["pk"], description__startswith=MARK).exists()


def _system_code(world: World, number: int) -> dict[str, Any]:
    entry = SystemDisallowedCode.objects.create(code=f"78{number:03d}", description=f"{MARK} {number}")
    return {"pk": entry.pk}


def _system_number(world: World, number: int) -> dict[str, Any]:
    entry = SystemBlockedNumber.objects.create(number=f"7732{number:03d}", description=f"{MARK} {number}")
    return {"pk": entry.pk}


def _routing_test(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        test = routing_test_create(
            name=f"{MARK} {number}", caller="101", called="*43", expected_end="service", expected_number="*43"
        )
    return {"pk": test.pk}


def _routing_test_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return RoutingTest.objects.filter(pk=ids["pk"], name__startswith=MARK, is_enabled=True).exists()


# By the first part of a REST route's name.
THINGS: Mapping[str, Thing] = {
    "extensions": Thing(_extension, exists=_extension_exists),
    "extension_groups": Thing(_group, exists=_group_exists),
    "registrations": Thing(_registration),
    "registration_failures": Thing(_registration_failure),
    "call_sessions": Thing(_live_call),
    "cdrs": Thing(_cdr),
    "api_tokens": Thing(_api_token, exists=_api_token_exists),
    "audit_log": Thing(_audit_entry),
    "event_log": Thing(_event),
    "sessions": Thing(session_make, exists=session_exists),
    "users": Thing(user_make, exists=person_exists),
    "administrators": Thing(administrator_make, owner="root", exists=person_exists),
    "holidays": Thing(_holiday, exists=_holiday_exists, is_for_extensions=True),
    "music_files": Thing(music_file_make, exists=music_file_exists),
    "recordings": Thing(recording_make, exists=recording_exists),
    "voicemails": Thing(voicemail_make, exists=voicemail_exists),
    "mailboxes": Thing(_mailbox, exists=_mailbox_exists),
    "greetings": Thing(greeting_make, exists=greeting_exists),
    "jobs": Thing(_job),
    "deleted_tenants": Thing(_deleted_tenant, owner="root", exists=_deleted_tenant_exists),
    "kept_cdrs": Thing(_kept_cdr, owner="root"),
    "trunks": Thing(_trunk, owner="root", exists=_trunk_exists),
    "did_pools": Thing(_did_pool, exists=_did_pool_exists),
    "disallowed_codes": Thing(_disallowed_code, exists=_disallowed_code_exists),
    "number_blacklist": Thing(_blocked_number, exists=_blocked_number_exists),
    "system_codes": Thing(_system_code, owner="root"),
    "system_numbers": Thing(_system_number, owner="root"),
    "call_queues": Thing(_call_queue, exists=_call_queue_exists),
    "queue_calls": Thing(_queue_call),
    "vip_callers": Thing(lambda world, number: vip_make(world.acme, number, MARK)),
    "harass_numbers": Thing(lambda world, number: harass_number_make(world.acme, number, MARK)),
    "exclusive_agents": Thing(lambda world, number: exclusive_agent_make(world.acme, number, MARK)),
    "harass_prompts": Thing(lambda world, number: harass_prompt_make(world.acme, number, MARK)),
    "wallboard": Thing(lambda world, number: wall_queue_make(world.acme, f"76{number}", MARK)),
    "conferences": Thing(lambda world, number: conference_make(world.acme, f"74{number}", MARK)),
    "receptionists": Thing(_receptionist, exists=_receptionist_exists),
    "ring_groups": Thing(_ring_group, exists=_ring_group_exists),
    "inbound_rules": Thing(_inbound_rule, exists=_inbound_rule_exists),
    "outbound_rules": Thing(_outbound_rule, exists=_outbound_rule_exists),
    "webhook_deliveries": Thing(_webhook_delivery, exists=_webhook_delivery_exists),
    "routing_tests": Thing(_routing_test, exists=_routing_test_exists),
    "tenants": Thing(_tenant, owner="root", exists=_tenant_exists),
}
