"""Nothing that somebody signed in does or tries stays out of the audit log: one rule for console and REST.

Views that name their action by `audit_request` are done; for the others, and for every refusal, the entry is
derived from the address and the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse
from django.utils.text import capfirst

from tenants.audit_changes import AuditTrail, audit_trail
from tenants.audit_trail import audit_request, audit_request_failed
from tenants.models import AuditEntry
from tenants.services.audit import REASON_LENGTH, object_type_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Nothing was tried: no such address, no such method there.
NOT_TRIED = frozenset({405})
_ADMIN_PAGE = re.compile(r"(?P<app>[a-z_]+)_(?P<model>[a-z0-9]+)_(?P<page>add|change|delete|changelist)")
_VERBS = {
    "add": "create",
    "change": "update",
    "changelist": "action",
    "update": "update",
    "partial_update": "update",
    "destroy": "delete",
}
_RECORDED_VERBS = frozenset({"create", "update", "delete"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the address says was wanted."""

    object_type: str
    verb: str
    object_id: str

    @property
    def action(self) -> str:
        return f"{self.object_type}.{self.verb}" if self.object_type else self.verb


class AuditMiddleware:
    """Stands inside the middleware that knows who acts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE_METHODS or getattr(request, "actor", None) is None:
            return self.get_response(request)
        with audit_trail() as trail:
            response = self.get_response(request)
            self._complete(request, response, trail)
        return response

    def _complete(self, request: HttpRequest, response: HttpResponseBase, trail: AuditTrail) -> None:
        attempt = _attempt_of(request, response)
        if attempt is None or response.status_code in NOT_TRIED:
            return
        reason = failure_of(response)
        if reason is not None:
            if not trail.has_failed:
                audit_request_failed(
                    request,
                    action=attempt.action,
                    reason=reason,
                    object_type=attempt.object_type,
                    object_id=attempt.object_id,
                )
            return
        left_over = trail.take_each()
        for noted in left_over:
            verb = "create" if noted.is_new else "update"
            audit_request(
                request,
                action=f"{object_type_of(type(noted.target))}.{verb}",
                target=noted.target,
                changes=noted.changes,
            )
        if not left_over and not trail.recorded and attempt.verb in _RECORDED_VERBS:
            audit_request(
                request,
                action=attempt.action,
                target=None,
                object_type=attempt.object_type,
                object_id=attempt.object_id,
            )


def failure_of(response: HttpResponseBase) -> str | None:
    """Why nothing was done, in words; None if it was."""
    context = getattr(response, "context_data", None) or {}
    if response.status_code >= 400 or (response.status_code == 200 and context.get("errors")):
        reasons = [*_form_reasons(context), *_answer_reasons(response)]
        return "; ".join(dict.fromkeys(reasons))[:REASON_LENGTH] or response.reason_phrase
    return None


def _answer_reasons(response: HttpResponseBase) -> Iterator[str]:
    answer = getattr(response, "data", None)
    if answer is None and isinstance(response, HttpResponse):
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        answer = json.loads(response.content) if is_json and response.content else None
    if not isinstance(answer, Mapping):
        return
    for error in answer.get("errors") or ():
        subject = f"{error['field']}: " if error.get("field") else ""
        yield f"{subject}{error['message']}"
    if isinstance(answer.get("message"), str):
        yield answer["message"]


def _form_reasons(context: Mapping[str, Any]) -> Iterator[str]:
    adminform = context.get("adminform")
    form = adminform.form if adminform is not None else context.get("form")
    forms = [
        form,
        *(one for formset in context.get("inline_admin_formsets") or () for one in formset.formset.forms),
    ]
    for one in forms:
        for name, messages in getattr(one, "errors", {}).items():
            subject = "" if name == "__all__" else f"{capfirst(name.replace('_', ' '))}: "
            yield from (f"{subject}{message}" for message in messages)


def _attempt_of(request: HttpRequest, response: HttpResponseBase) -> Attempt | None:
    view = (getattr(response, "renderer_context", None) or {}).get("view")
    if view is not None and getattr(view, "basename", None):
        model = getattr(getattr(view, "queryset", None), "model", None)
        object_type = object_type_of(model) if model is not None else view.basename.rstrip("s")
        verb = view.action or ""
        object_id = str(view.kwargs.get(view.lookup_url_kwarg or view.lookup_field, ""))
        return Attempt(object_type, _VERBS.get(verb, verb), object_id) if verb else None
    match = request.resolver_match
    if match is None or not match.url_name:
        return None
    page = _ADMIN_PAGE.fullmatch(match.url_name)
    object_id = str(next(iter(match.kwargs.values()), ""))
    if page is None:
        return Attempt("", match.url_name.replace("-", "_"), object_id)
    try:
        object_type = object_type_of(apps.get_model(page["app"], page["model"]))
    except LookupError:
        object_type = page["model"]
    verb = _VERBS.get(page["page"], page["page"])
    if page["page"] == "changelist":
        verb = request.POST.get("action") or verb
    return Attempt(object_type, verb[: AuditEntry._meta.get_field("action").max_length or 64], object_id)
