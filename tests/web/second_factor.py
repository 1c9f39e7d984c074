"""An authenticator app for tests."""

from __future__ import annotations

import time

from django.utils import timezone

from tenants.models import SecondFactor, User
from tenants.services.second_factor import second_factor_begin, second_factor_confirm
from tenants.totp import STEP_S, code_at


def code_now(secret: str, *, steps_away: int = 0) -> str:
    return code_at(secret, int(time.time() // STEP_S) + steps_away)


def second_factor_on(user: User) -> tuple[SecondFactor, list[str]]:
    """On, with the code that was just used forgotten: a test can't wait for the next one."""
    factor = second_factor_begin(user=user)
    codes = second_factor_confirm(user=user, code=code_now(factor.secret))
    SecondFactor.objects.filter(pk=factor.pk).update(last_step=0, confirmed_at=timezone.now())
    return factor, codes
