"""A forgotten password: a link by e-mail, good once and for an hour. Nobody learns who has an account."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tenants.authentication import may_sign_in
from tenants.models import PasswordReset, User
from tenants.models.api_token import token_digest
from tenants.selectors.brand import brand_shown
from tenants.selectors.user import user_find_by_sign_in_name
from tenants.services.mail import mail_send
from tenants.services.user import user_set_password

GOOD_FOR = timedelta(hours=1)
# A flood of mails is an attack on the person who gets them.
AT_MOST_PER_GOOD_FOR = 3


class ResetLinkInvalid(ValidationError):
    """Unknown, used or too old: which of them is nobody's business."""


def password_reset_request(*, name: str, link_prefix: str) -> User | None:
    """Whom a mail was sent to; the caller answers the same in either case."""
    user = user_find_by_sign_in_name(name)
    if user is None or not user.email or not may_sign_in(user):
        return None
    now = timezone.now()
    with transaction.atomic():
        recent = PasswordReset.objects.filter(user=user, created_at__gt=now - GOOD_FOR)
        if recent.count() >= AT_MOST_PER_GOOD_FOR:
            return None
        secret = secrets.token_urlsafe(32)
        PasswordReset.objects.create(user=user, digest=token_digest(secret), expires_at=now + GOOD_FOR)
        # An own look of the company is kept on the page that the link leads to.
        address = f"{link_prefix}{secret}/{brand_shown(tenant=user.tenant).query}"
        mail_send(
            tenant=user.tenant,
            to=user.email,
            subject="A new password",
            text=(
                f"Somebody, hopefully you, asked for a new password for {user.username}.\n\n"
                f"Choose it here within an hour:\n{address}\n\n"
                "If it was not you, do nothing: your password stays as it is.\n"
            ),
        )
    return user


def password_reset_find(secret: str) -> User | None:
    reset = (
        PasswordReset.objects.select_related("user", "user__tenant")
        .filter(digest=token_digest(secret), used_at=None, expires_at__gt=timezone.now())
        .first()
    )
    return reset.user if reset is not None and may_sign_in(reset.user) else None


def password_reset_use(*, secret: str, password: str) -> User:
    """Ends all sessions and tokens, and all other links. A second factor is asked for at sign-in as ever."""
    with transaction.atomic():
        user = password_reset_find(secret)
        used = PasswordReset.objects.filter(
            digest=token_digest(secret), used_at=None, expires_at__gt=timezone.now()
        ).update(used_at=timezone.now())
        if user is None or used != 1:
            raise ResetLinkInvalid("This link is not good any more. Ask for another one.", code="reset_link")
        PasswordReset.objects.filter(user=user, used_at=None).delete()
        return user_set_password(user=user, password=password)
