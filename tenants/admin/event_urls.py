"""The page of event URLs: one form for each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.event_kinds import EVENT_KINDS
from tenants.models import Tenant
from tenants.models.event_url import EventTopic, EventUrl
from tenants.services.event_url import (
    event_url_list,
    event_url_new_secret,
    event_url_remove,
    event_url_set,
)

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[EventUrl]
else:
    _ModelForm = forms.ModelForm

SUBJECT = "tenants.eventurl"
SECRET_SHOWN_ONCE = "event_url_secret"  # noqa: S105 - a key of the session


class EventUrlForm(_ModelForm):
    password = forms.CharField(
        required=False,
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Empty: stays as it is.",
    )
    events = forms.MultipleChoiceField(
        label="single events",
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text="None chosen: all of them, also those that come with later versions.",
    )

    class Meta:
        model = EventUrl
        fields = (
            "url", "events", "format", "authentication", "username", "password", "timeout_s", "is_enabled",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = EVENT_KINDS[self.instance.topic]
        self.fields["events"].choices = list(kinds.items())  # type: ignore[attr-defined] # declared above
        if len(kinds) == 1:
            del self.fields["events"]

    def clean(self) -> dict[str, Any]:
        form: dict[str, Any] = super().clean() or {}
        if not form.get("password"):
            form.pop("password", None)
        return form


@needs(SUBJECT, Verb.VIEW)
def event_urls_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST" and request.POST.get("topic") in EventTopic.values:
        return _change(request, site_context, EventTopic(request.POST["topic"]))
    return _page(request, site_context)


@needs(SUBJECT, Verb.CHANGE)
def _change(request: HttpRequest, site_context: dict[str, Any], topic: EventTopic) -> HttpResponse:
    tenant = _tenant(request)
    known = _known(request).get(topic)
    step = request.POST.get("step")
    if known is not None and step in ("remove", "secret"):
        return _other_step(request, known, step)
    form = EventUrlForm(
        request.POST, prefix=topic.value, instance=known or EventUrl(tenant_id=tenant.pk, topic=topic)
    )
    if not form.is_valid():
        return _page(request, site_context, bound={topic: form}, status=400)
    with transaction.atomic():
        event_url = event_url_set(tenant=tenant, topic=topic, **form.cleaned_data)
        audit_request(request, action="event_url.update", target=event_url)
    if known is None:
        request.session[SECRET_SHOWN_ONCE] = [topic.value, event_url.signing_secret]
    messages.success(request, f"{topic.label}: saved.")
    return redirect("admin:event_urls")


def _other_step(request: HttpRequest, event_url: EventUrl, step: str) -> HttpResponse:
    with transaction.atomic():
        if step == "remove":
            audit_request(request, action="event_url.delete", target=event_url)
            event_url_remove(event_url=event_url)
        else:
            event_url_new_secret(event_url=event_url)
            audit_request(request, action="event_url.new_secret", target=event_url)
            request.session[SECRET_SHOWN_ONCE] = [event_url.topic, event_url.signing_secret]
    return redirect("admin:event_urls")


def _page(
    request: HttpRequest,
    site_context: dict[str, Any],
    *,
    bound: dict[EventTopic, EventUrlForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    known = _known(request)
    shown_topic, secret = request.session.pop(SECRET_SHOWN_ONCE, None) or ("", "")
    topics = [
        {
            "topic": topic,
            "known": known.get(topic),
            "form": (bound or {}).get(topic)
            or EventUrlForm(
                prefix=topic.value,
                instance=known.get(topic) or EventUrl(tenant_id=_tenant(request).pk, topic=topic),
            ),
            "secret": secret if shown_topic == topic.value else "",
        }
        for topic in EventTopic
    ]
    context = {
        **site_context,
        "title": "Event URLs",
        "topics": topics,
        "may_change": _actor(request).may(SUBJECT, Verb.CHANGE),
    }
    return render(request, "pbxsite/event_urls.html", context, status=status)


def _known(request: HttpRequest) -> dict[str, EventUrl]:
    return {one.topic: one for one in event_url_list(tenant=_tenant(request))}


def _tenant(request: HttpRequest) -> Tenant:
    return _actor(request).tenant  # type: ignore[return-value] # the tenant site has no other requests


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
