"""Who acts for which tenant, on requests through the whole middleware; and who is turned away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from callmanager.models import Extension
from tenants.acting import MANAGED_TENANT_KEY, begin_managing
from tenants.authentication import SignInBackend
from tenants.models import ApiToken, Role, Tenant, User
from tenants.scope import TenantScopeMissing, current_scope
from tenants.selectors.api_token import api_token_find
from tenants.services.api_token import api_token_create, api_token_revoke
from tenants.services.tenant import tenant_disable
from tenants.services.user import user_create, user_set_password
from tests.web.conftest import WEB_PASSWORD, Cast

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _views_of_this_file_for_everybody(settings: Any) -> None:
    """Without the console, which gives tenants addresses of their own."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("pbxsite.")]


def _names(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        {"names": [extension.display_name for extension in Extension.objects.order_by("number")]}
    )


def _scope(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"tenant_id": current_scope().tenant_id, "rows": current_scope().row_scope})


def _stream(_request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        for extension in Extension.objects.all():
            yield extension.number

    return StreamingHttpResponse(lines())


urlpatterns = [
    path("names/", _names),
    path("api/names/", _names),
    path("scope/", _scope),
    path("api/scope/", _scope),
    path("stream/", _stream),
]


def _signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


def _bearer(username: str) -> dict[str, str]:
    _, secret = api_token_create(user=User.objects.get(username=username))
    return {"Authorization": f"Bearer {secret}"}


def test_an_anonymous_view_can_not_read_a_tenants_table_even_after_a_tenants_request(cast: Cast) -> None:
    assert _signed_in("acme").get("/names/").json() == {"names": ["Alice", "Bob"]}
    with pytest.raises(TenantScopeMissing):
        Client().get("/names/")


def test_each_session_sees_its_own_tenant(cast: Cast) -> None:
    acme, globex = _signed_in("acme"), _signed_in("globex")
    assert acme.get("/names/").json() == {"names": ["Alice", "Bob"]}
    assert globex.get("/names/").json() == {"names": ["Mallory"]}
    assert acme.get("/names/").json() == {"names": ["Alice", "Bob"]}


def test_a_bearer_token_counts_under_the_api_only_and_a_session_elsewhere_only(cast: Cast) -> None:
    client = _signed_in("acme")
    assert client.get("/api/names/", headers=_bearer("globex")).json() == {"names": ["Mallory"]}
    assert client.get("/names/", headers=_bearer("globex")).json() == {"names": ["Alice", "Bob"]}
    with pytest.raises(TenantScopeMissing):
        client.get("/api/names/")


def test_a_tenants_word_for_another_tenant_is_ignored(cast: Cast) -> None:
    headers = {
        **_bearer("globex"),
        "X-Tenant": "acme",
        "Host": "localhost",
        "X-Forwarded-Host": "acme.example",
    }
    assert Client().get("/api/names/?tenantname=acme", headers=headers).json() == {"names": ["Mallory"]}


def test_an_administrator_names_the_tenant_by_header(cast: Cast) -> None:
    bearer = _bearer("root")
    assert Client().get("/api/names/", headers={**bearer, "X-Tenant": "acme"}).json() == {
        "names": ["Alice", "Bob"]
    }
    assert Client().get("/api/names/", headers={**bearer, "X-Tenant": "nobody"}).status_code == 404
    assert Client().get("/api/scope/", headers=bearer).json() == {"tenant_id": None, "rows": "all"}


def test_an_administrator_manages_one_tenant_in_the_session(cast: Cast) -> None:
    client = _signed_in("root")
    assert client.get("/scope/").json()["rows"] == "all"
    session = client.session
    session[MANAGED_TENANT_KEY] = cast.globex.pk
    session.save()
    assert client.get("/names/").json() == {"names": ["Mallory"]}


def test_a_tenant_can_not_manage_another_one(cast: Cast) -> None:
    client = _signed_in("acme")
    session = client.session
    session[MANAGED_TENANT_KEY] = cast.globex.pk
    session.save()
    assert client.get("/names/").json() == {"names": ["Alice", "Bob"]}
    request = HttpRequest()
    request.user = User.objects.get(username="acme")
    with pytest.raises(PermissionDenied):
        begin_managing(request, cast.globex)


def test_a_streamed_answer_does_not_outlive_its_scope_unnoticed(cast: Cast) -> None:
    response = _signed_in("acme").get("/stream/")
    with pytest.raises(TenantScopeMissing):
        b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_a_disabled_tenants_sessions_and_tokens_end(cast: Cast) -> None:
    client, bearer = _signed_in("acme"), _bearer("acme")
    tenant_disable(tenant=cast.acme)
    assert client.get("/scope/").json() == {"tenant_id": None, "rows": ""}
    assert Client().get("/api/scope/", headers=bearer).json() == {"tenant_id": None, "rows": ""}
    assert SignInBackend().authenticate(None, username="acme", password=WEB_PASSWORD) is None


def test_a_user_who_moved_takes_neither_session_nor_token_along(cast: Cast) -> None:
    client, bearer = _signed_in("acme"), _bearer("acme")
    User.objects.filter(username="acme").update(tenant=cast.globex)
    assert client.get("/scope/").json()["tenant_id"] is None
    assert Client().get("/api/scope/", headers=bearer).json()["tenant_id"] is None


def test_a_new_password_ends_sessions_and_tokens(cast: Cast) -> None:
    client, bearer = _signed_in("acme"), _bearer("acme")
    user_set_password(user=User.objects.get(username="acme"), password="another-pass-phrase-2")
    assert client.get("/scope/").json()["tenant_id"] is None
    assert Client().get("/api/scope/", headers=bearer).json()["tenant_id"] is None


@pytest.mark.parametrize("username", ["acme", "root", "101@acme.example", "101@ACME.example"])
def test_everybody_signs_in_by_their_name(cast: Cast, username: str) -> None:
    assert SignInBackend().authenticate(None, username=username, password=WEB_PASSWORD) is not None
    assert SignInBackend().authenticate(None, username=username, password="wrong") is None


def test_the_same_number_signs_in_to_its_own_tenant(cast: Cast) -> None:
    user = SignInBackend().authenticate(None, username="101@globex.example", password=WEB_PASSWORD)
    assert isinstance(user, User)
    assert user.tenant == cast.globex


def test_a_person_signs_in_by_email(cast: Cast) -> None:
    user_create(
        role=Role.TENANT, tenant=cast.acme, username="ann", email="Ann@Acme.example", password=WEB_PASSWORD
    )
    user = SignInBackend().authenticate(None, username="ann@acme.example", password=WEB_PASSWORD)
    assert isinstance(user, User)
    assert user.username == "ann"


def test_a_token_is_stored_as_a_digest_and_expires(cast: Cast) -> None:
    token, secret = api_token_create(user=User.objects.get(username="acme"))
    assert secret not in token.digest
    assert api_token_find(secret) == token
    assert api_token_find(token.digest) is None
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api_token_find(secret) is None


def test_a_revoked_token_is_worth_nothing(cast: Cast) -> None:
    token, secret = api_token_create(user=User.objects.get(username="acme"))
    api_token_revoke(token=token)
    assert api_token_find(secret) is None


@pytest.mark.parametrize(
    "impossible",
    [
        pytest.param({"role": Role.ADMINISTRATOR, "tenant": "acme"}, id="an administrator with a tenant"),
        pytest.param({"role": Role.TENANT, "tenant": None}, id="a tenant's user without one"),
        pytest.param({"role": Role.EXTENSION, "tenant": "acme"}, id="an extension without a number"),
        pytest.param(
            {"role": Role.TENANT, "tenant": "acme", "extension_number": "101"}, id="a number for a tenant"
        ),
    ],
)
def test_the_database_refuses_impossible_users(cast: Cast, impossible: dict[str, str | None]) -> None:
    fields = {**impossible, "tenant": cast.acme if impossible.get("tenant") else None}
    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.create(username="impossible", **fields)


def test_a_user_name_with_an_at_sign_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        user_create(role=Role.TENANT, tenant=cast.acme, username="101@globex", password=WEB_PASSWORD)


def test_the_same_email_in_two_tenants_is_refused(cast: Cast) -> None:
    user_create(
        role=Role.TENANT, tenant=cast.acme, username="ann", email="ann@x.example", password=WEB_PASSWORD
    )
    with pytest.raises(ValidationError):
        user_create(
            role=Role.TENANT, tenant=cast.globex, username="eve", email="ANN@x.example", password=WEB_PASSWORD
        )


def test_nobody_manages_a_tenant_that_was_deleted(cast: Cast, acme: Tenant) -> None:
    client = _signed_in("root")
    session = client.session
    session[MANAGED_TENANT_KEY] = 999_999
    session.save()
    assert client.get("/scope/").json() == {"tenant_id": None, "rows": "all"}
