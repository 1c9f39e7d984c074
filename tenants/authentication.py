"""Who somebody is: by name and password (console, REST sign-in) or by bearer token (REST)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tenants.acting import Actor, bearer_of
from tenants.models import ApiToken, User
from tenants.selectors.user import user_find_by_sign_in_name


class SignInBackend(BaseBackend):
    """`username` may be a user name, `number@sip-domain` or an e-mail address."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        if not username or not password:
            return None
        user = user_find_by_sign_in_name(username)
        if user is None:
            make_password(password)  # as slow as a wrong password: names can't be guessed by time
            return None
        return user if user.check_password(password) and may_sign_in(user) else None

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("tenant").filter(pk=user_id).first()
        return user if user is not None and may_sign_in(user) else None


def may_sign_in(user: User) -> bool:
    return user.is_active and (user.tenant is None or user.tenant.is_enabled)


class BearerAuthentication(BaseAuthentication):
    """The middleware has resolved the token already, because it had to enter the scope; this tells DRF."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        actor: Actor | None = getattr(request._request, "actor", None)
        if actor is not None and actor.token is not None:
            return actor.user, actor.token
        if bearer_of(request._request) is not None:
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        return None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
