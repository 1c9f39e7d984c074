"""Two-factor sign-in by REST."""

from __future__ import annotations

import pytest
from django.db import connection

from tenants.models import AuditEntry, SecondFactor, User
from tenants.services.second_factor import sign_in_rule_update
from tests.web.api.conftest import Rest
from tests.web.conftest import WEB_PASSWORD, Cast
from tests.web.second_factor import code_now, second_factor_on

ACME = {"username": "acme", "password": WEB_PASSWORD}


def acme_user_of(cast: Cast) -> User:
    return User.objects.get(username="acme")


def test_it_is_set_up_confirmed_and_asked_for(acme_user: Rest, nobody: Rest) -> None:
    begun = acme_user.post("/api/account/second_factor")
    assert begun.status == 201
    secret = begun.body["secret"]
    assert f"secret={secret}" in begun.body["uri"]
    assert nobody.post("/api/auth/login", ACME).status == 200  # not confirmed, so not asked for
    wrong = acme_user.post("/api/account/second_factor/confirm", {"code": "000000"})
    assert wrong.problems == {("code", "wrong_code")}
    done = acme_user.post("/api/account/second_factor/confirm", {"code": code_now(secret)})
    assert len(set(done.body["recovery_codes"])) == 10
    state = acme_user.get("/api/account/second_factor").body
    assert state == {"is_on": True, "is_required": False, "recovery_codes_left": 10}
    assert nobody.post("/api/auth/login", ACME).problems == {(None, "otp_required")}
    assert nobody.post("/api/auth/login", {**ACME, "otp": "000000"}).problems == {(None, "otp_wrong")}
    replayed = nobody.post("/api/auth/login", {**ACME, "otp": code_now(secret)})
    assert replayed.problems == {(None, "otp_wrong")}
    fresh = nobody.post("/api/auth/login", {**ACME, "otp": code_now(secret, steps_away=1)})
    assert fresh.status == 200


def test_a_recovery_code_is_good_once(nobody: Rest, cast: Cast) -> None:
    _, codes = second_factor_on(acme_user_of(cast))
    assert nobody.post("/api/auth/login", {**ACME, "otp": codes[0].upper()}).status == 200
    assert nobody.post("/api/auth/login", {**ACME, "otp": codes[0]}).problems == {(None, "otp_wrong")}
    assert nobody.post("/api/auth/login", {**ACME, "otp": codes[1].replace("-", "")}).status == 200


def test_somebody_elses_recovery_code_is_good_for_nothing(nobody: Rest, cast: Cast) -> None:
    second_factor_on(acme_user_of(cast))
    _, theirs = second_factor_on(User.objects.get(username="globex"))
    assert nobody.post("/api/auth/login", {**ACME, "otp": theirs[0]}).problems == {(None, "otp_wrong")}


def test_wrong_codes_lock_like_wrong_passwords_and_an_owner_unlocks(
    nobody: Rest, cast: Cast, administrator: Rest
) -> None:
    factor, _ = second_factor_on(acme_user_of(cast))
    for _ in range(10):
        nobody.post("/api/auth/login", {**ACME, "otp": "000000"})
    locked = nobody.post("/api/auth/login", {**ACME, "otp": code_now(factor.secret)})
    assert (locked.status, locked.problems) == (429, {(None, "locked")})
    in_acme = Rest(administrator.token, "acme")
    address = f"/api/users/{acme_user_of(cast).pk}"
    assert in_acme.get(address).body["is_locked"]
    assert in_acme.post(f"{address}/unlock").status == 204
    assert not in_acme.get(address).body["is_locked"]
    assert nobody.post("/api/auth/login", {**ACME, "otp": code_now(factor.secret)}).status == 200
    reasons = set(
        AuditEntry.objects.filter(action="user.sign_in", outcome="failed").values_list("reason", flat=True)
    )
    assert "wrong two-factor code" in reasons


def test_new_recovery_codes_end_the_old_ones(acme_user: Rest, nobody: Rest, cast: Cast) -> None:
    factor, codes = second_factor_on(acme_user_of(cast))
    path = "/api/account/second_factor/recovery_codes"
    assert acme_user.post(path, {"code": "1"}).problems == {("code", "wrong_code")}
    fresh = acme_user.post(path, {"code": code_now(factor.secret)}).body["recovery_codes"]
    assert not set(fresh) & set(codes)
    assert nobody.post("/api/auth/login", {**ACME, "otp": codes[0]}).status == 401
    assert nobody.post("/api/auth/login", {**ACME, "otp": fresh[0]}).status == 200


def test_it_is_turned_off_with_a_code_unless_it_is_required(
    acme_user: Rest, nobody: Rest, cast: Cast
) -> None:
    _, codes = second_factor_on(acme_user_of(cast))
    off = "/api/account/second_factor/off"
    assert acme_user.post(off, {"code": "0"}).status == 400
    sign_in_rule_update(tenant=cast.acme, second_factor_for=["owner"])
    assert acme_user.post(off, {"code": codes[0]}).problems == {(None, "required")}
    sign_in_rule_update(tenant=cast.acme, second_factor_for=[])
    assert acme_user.post(off, {"code": codes[0]}).status == 204
    assert nobody.post("/api/auth/login", ACME).status == 200


def test_who_must_have_one_and_has_none_gets_no_token(
    acme_user: Rest, nobody: Rest, globex_user: Rest
) -> None:
    assert acme_user.patch("/api/sign_in_rules", {"second_factor_for": ["owner", "extension"]}).status == 200
    assert acme_user.get("/api/sign_in_rules").body == {"second_factor_for": ["extension", "owner"]}
    assert nobody.post("/api/auth/login", ACME).problems == {(None, "second_factor_setup_required")}
    assert nobody.post("/api/auth/login", {**ACME, "username": "globex"}).status == 200
    assert globex_user.get("/api/sign_in_rules").body == {"second_factor_for": []}
    assert acme_user.patch("/api/sign_in_rules", {"second_factor_for": ["king"]}).status == 400


def test_somebody_who_lost_it_is_helped_by_the_owner_of_the_own_tenant_only(
    acme_user: Rest, globex_user: Rest, nobody: Rest, cast: Cast
) -> None:
    alice = User.objects.get(username="101@acme")
    second_factor_on(alice)
    path = f"/api/users/{alice.pk}/reset_second_factor"
    assert globex_user.post(path).status == 404
    assert acme_user.post(path).status == 204
    assert AuditEntry.objects.filter(action="user.reset_second_factor", username="acme").exists()
    sign_in = {"extension_number": "101", "sip_domain": "acme.example", "password": WEB_PASSWORD}
    assert nobody.post("/api/auth/login", sign_in).status == 200


def test_secrets_are_encrypted_where_they_lie_and_in_no_log(acme_user: Rest) -> None:
    secret = acme_user.post("/api/account/second_factor").body["secret"]
    codes = acme_user.post("/api/account/second_factor/confirm", {"code": code_now(secret)}).body[
        "recovery_codes"
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM tenants_secondfactor")
        assert secret not in str(cursor.fetchall())
        cursor.execute("SELECT digest FROM tenants_recoverycode")
        assert codes[0].replace("-", "") not in str(cursor.fetchall())
    written = str(list(AuditEntry.objects.values_list("changes", "reason", "object_name")))
    assert secret not in written
    assert codes[0] not in written


def test_attempts_to_confirm_are_limited(acme_user: Rest) -> None:
    acme_user.post("/api/account/second_factor")
    answers = {
        acme_user.post("/api/account/second_factor/confirm", {"code": "000000"}).status for _ in range(12)
    }
    assert 429 in answers
    assert not SecondFactor.objects.filter(confirmed_at__isnull=False).exists()


@pytest.mark.parametrize("method", ["get", "patch"])
def test_a_manager_does_not_set_the_rules(alice: Rest, method: str) -> None:
    body: list[object] = [{"second_factor_for": []}] if method == "patch" else []
    assert getattr(alice, method)("/api/sign_in_rules", *body).status == 403
