"""The page of a mail server: a tenant's own, or the system's; a test; and what became of the last e-mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import MailServer
from tenants.selectors.mail_server import mail_list, mail_server_find, mail_server_find_own
from tenants.services.mail_server import mail_server_remove, mail_server_set, mail_server_test

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[MailServer]
else:
    _ModelForm = forms.ModelForm

SUBJECT = "tenants.mailserver"
MAILS_SHOWN = 20


class MailServerForm(_ModelForm):
    password = forms.CharField(
        required=False,
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Empty: stays as it is. Google and Microsoft accounts need an app password here.",
    )

    class Meta:
        model = MailServer
        fields = (
            "host",
            "port",
            "security",
            "username",
            "password",
            "from_address",
            "from_name",
            "timeout_s",
            "is_certificate_checked",
            "is_enabled",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored_password = self.instance.password

    def clean(self) -> dict[str, Any]:
        form: dict[str, Any] = super().clean() or {}
        if not form.get("password"):
            form["password"] = self._stored_password if form.get("username") else ""
        return form


class MailTestForm(forms.Form):
    to = forms.EmailField(label="Send a test e-mail to")


@needs(SUBJECT, Verb.VIEW)
def mail_server_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if request.method != "POST":
        return _page(request, site_context, MailServerForm(instance=_own(request)))
    match request.POST.get("step"):
        case "test":
            return _test(request, site_context)
        case "remove":
            return _remove(request)
        case _:
            return _save(request, site_context)


@needs(SUBJECT, Verb.CHANGE)
def _save(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    form = MailServerForm(request.POST, instance=_own(request))
    if not form.is_valid():
        return _page(request, site_context, form, status=400)
    with transaction.atomic():
        server = mail_server_set(tenant=_actor(request).tenant, **form.cleaned_data)
        audit_request(request, action="mail_server.update", target=server)
    messages.success(request, "The mail server is saved. Send a test e-mail to be sure.")
    return redirect("admin:mail_server")


@needs(SUBJECT, Verb.CHANGE)
def _test(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    form = MailTestForm(request.POST)
    tested, status = None, 200
    if form.is_valid():
        try:
            tested = mail_server_test(tenant=_actor(request).tenant, to=form.cleaned_data["to"])
            audit_request(request, action="mail_server.test", target=_own(request))
        except ValidationError as error:
            form.add_error(None, error)
    if form.errors:
        status = 400
    return _page(
        request,
        site_context,
        MailServerForm(instance=_own(request)),
        test_form=form,
        tested=tested,
        status=status,
    )


@needs(SUBJECT, Verb.DELETE)
def _remove(request: HttpRequest) -> HttpResponse:
    server = _own(request)
    if server is not None:
        with transaction.atomic():
            audit_request(request, action="mail_server.delete", target=server)
            mail_server_remove(tenant=_actor(request).tenant)
        messages.success(request, "The mail server is removed.")
    return redirect("admin:mail_server")


def _page(
    request: HttpRequest,
    site_context: dict[str, Any],
    form: MailServerForm,
    *,
    test_form: MailTestForm | None = None,
    tested: object = None,
    status: int = 200,
) -> HttpResponse:
    actor = _actor(request)
    serving = mail_server_find(tenant=actor.tenant)
    context = {
        **site_context,
        "title": "Mail server",
        "form": form,
        "own": _own(request),
        "tenant": actor.tenant,
        "serving": serving,
        "is_system_serving": serving is not None and serving.tenant_id is None and actor.tenant is not None,
        "test_form": test_form or MailTestForm(initial={"to": actor.user.email}),
        "tested": tested,
        "mails": mail_list(tenant=actor.tenant)[:MAILS_SHOWN],
        "may_change": actor.may(SUBJECT, Verb.CHANGE),
    }
    return render(request, "pbxsite/mail_server.html", context, status=status)


def _own(request: HttpRequest) -> MailServer | None:
    return mail_server_find_own(tenant=_actor(request).tenant)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
