"""Setting up, using and taking away the second factor of a sign-in."""

from __future__ import annotations

import re
import secrets
import time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tenants.models import RecoveryCode, Role, SecondFactor, SignInRule, Tenant, User
from tenants.selectors.brand import brand_shown
from tenants.totp import SECRET_BYTES, find_step, key_uri, secret_text

RECOVERY_CODE_COUNT = 10
_RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_NOT_CODE = re.compile(r"[^a-z0-9]")


def second_factor_begin(*, user: User) -> SecondFactor:
    """A new secret, which counts only when a code of it was typed. Replaces one that was never confirmed."""
    if is_second_factor_on(user):
        raise ValidationError("Two-factor sign-in is on already.", code="already_on")
    factor, _ = SecondFactor.objects.update_or_create(
        user=user, defaults={"secret": secret_text(secrets.token_bytes(SECRET_BYTES)), "last_step": 0}
    )
    return factor


def second_factor_uri(*, user: User, factor: SecondFactor) -> str:
    """For the QR code. Apps list the account under the brand's name, in which a colon would end the issuer."""
    issuer = brand_shown(tenant=user.tenant).name.replace(":", " ")
    return key_uri(factor.secret, account=user.username, issuer=issuer)


def second_factor_confirm(*, user: User, code: str) -> list[str]:
    """From now on it is asked for. The recovery codes exist only in this answer."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
        if factor is None:
            raise ValidationError("Begin to set it up first.", code="not_begun")
        if not _use_code(factor, code):
            raise _wrong_code()
        factor.confirmed_at = timezone.now()
        factor.save(update_fields=["confirmed_at"])
        return _recovery_codes_renew(user)


def second_factor_verify(*, user: User, code: str) -> bool:
    """A code of the app, or a recovery code; each is good once."""
    typed = _NOT_CODE.sub("", code.lower())
    with transaction.atomic():
        factor = (
            SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
        )
        if factor is None:
            return False
        if _use_code(factor, typed):
            return True
        return bool(
            RecoveryCode.objects.filter(user=user, digest=_digest(user, typed), used_at=None).update(
                used_at=timezone.now()
            )
        )


def recovery_codes_renew(*, user: User, code: str) -> list[str]:
    with transaction.atomic():
        if not second_factor_verify(user=user, code=code):
            raise _wrong_code()
        return _recovery_codes_renew(user)


def second_factor_end(*, user: User, code: str) -> None:
    """By the person, who shows once more to have it."""
    if is_second_factor_required(user):
        raise ValidationError("Two-factor sign-in is required for you.", code="required")
    with transaction.atomic():
        if not second_factor_verify(user=user, code=code):
            raise _wrong_code()
        second_factor_reset(user=user)


def second_factor_reset(*, user: User) -> None:
    """By somebody who manages people: the phone is lost and the recovery codes too."""
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


def sign_in_rule_update(*, tenant: Tenant | None, second_factor_for: list[str]) -> SignInRule:
    rule = sign_in_rule_of(tenant)
    rule.second_factor_for = sorted(set(second_factor_for))
    rule.full_clean(exclude=["tenant"])
    rule.save()
    return rule


def sign_in_rule_of(tenant: Tenant | None) -> SignInRule:
    return SignInRule.objects.filter(tenant=tenant).first() or SignInRule(tenant=tenant)


def is_second_factor_on(user: User) -> bool:
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def is_second_factor_required(user: User) -> bool:
    kind = user.role if user.role == Role.EXTENSION else user.rank
    rule = SignInRule.objects.filter(tenant=user.tenant_id).only("second_factor_for").first()
    return rule is not None and kind in rule.second_factor_for


def recovery_codes_left(*, user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _use_code(factor: SecondFactor, code: str) -> bool:
    step = find_step(factor.secret, code.strip(), at_s=time.time(), after_step=factor.last_step)
    if step is None:
        return False
    factor.last_step = step
    factor.save(update_fields=["last_step"])
    return True


def _recovery_codes_renew(user: User) -> list[str]:
    codes = [
        "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODE_COUNT)
    ]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return ["-".join(code[start : start + 4] for start in (0, 4, 8)) for code in codes]


def _digest(user: User, code: str) -> str:
    """Keyed, so that a stolen table can't be tried out."""
    return salted_hmac("tenants.recovery_code", f"{user.pk}:{code}", algorithm="sha256").hexdigest()


def _wrong_code() -> ValidationError:
    return ValidationError({"code": ValidationError("Not a code that is good now.", code="wrong_code")})
