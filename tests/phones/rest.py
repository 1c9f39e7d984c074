"""A client of the REST interface, as a customer's program would be."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

from tests.phones.waiting import PATIENCE_S, until

Json = dict[str, Any]


class RestError(AssertionError):
    """The system did not answer, or not with success."""


class RestClient:
    """Signed in once; every answer other than success raises RestError with what the server said."""

    def __init__(self, url: str, token: str = "", tenant: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if tenant:
            headers["X-Tenant"] = tenant
        self.token = token
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/api", headers=headers, timeout=PATIENCE_S)

    @classmethod
    def sign_in(cls, url: str, *, tenant: str = "", **credentials: str) -> RestClient:
        """`username`+`password`, or `extension_number`+`sip_domain`+`password`."""
        with_nobody = cls(url)
        return cls(url, with_nobody.post("/auth/login", credentials)["token"], tenant)

    def response(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The bare answer, for those who expect a refusal."""
        try:
            return self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise RestError(f"{self.url} does not answer: {error}") from error

    def _success(self, method: str, path: str, **options: Any) -> Json:
        response = self.response(method, path, **options)
        if not response.is_success:
            raise RestError(f"{method} {path}: {response.status_code} {response.text[:500]}")
        document: Json = response.json() if response.content else {}
        return document

    def get(self, path: str, **parameters: str | int) -> Json:
        return self._success("GET", path, params=parameters)

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        return self._success("POST", path, json=dict(body))

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        return self._success("PATCH", path, json=dict(body))

    def delete(self, path: str) -> None:
        self._success("DELETE", path)

    def rows(self, path: str, **parameters: str | int) -> list[Json]:
        """The first page of a list."""
        found: list[Json] = self.get(path, page_size=100, **parameters)["results"]
        return found

    def cdrs_of_call(self, sip_call_id: str) -> list[Json]:
        return [row for row in self.rows("/cdrs/") if row["call_id"] == sip_call_id]

    def wait_cdr(self, sip_call_id: str, timeout_s: float = PATIENCE_S) -> Json:
        """The one CDR of the call attempt the caller's phone made."""
        started = time.monotonic()
        rows = until(lambda: self.cdrs_of_call(sip_call_id), timeout_s, "the CDR is stored")
        assert len(rows) == 1, f"{len(rows)} CDRs after {time.monotonic() - started:.1f} s: {rows}"
        return rows[0]
