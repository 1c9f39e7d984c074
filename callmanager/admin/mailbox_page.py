"""The page of one mailbox: its messages, what callers hear, what is asked. For the console and for its own person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from callmanager.fleet.models import Voicemail
from callmanager.models import Extension, Greeting, Mailbox
from callmanager.models.mailbox import GREETINGS_MAX, KEYS, LANGUAGE_NAMES, PIN, STATUS_NAMES
from callmanager.prompt_languages import language_package, languages_installed, languages_missing
from callmanager.selectors.voicemail import greeting_list, own_voicemail_list
from callmanager.services.greeting import (
    UPLOAD_BYTES_MAX,
    greeting_activate,
    greeting_add,
    greeting_deactivate,
    greeting_delete,
)
from callmanager.services.mailbox import MAILBOX_FIELDS, mailbox_update
from callmanager.services.voicemail_message import voicemail_delete, voicemail_set_new
from tenants.audit_trail import audit_request, audit_request_failed

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Mailbox]
else:
    _ModelForm = forms.ModelForm

PER_PAGE = 25
Step = Callable[[HttpRequest, Extension], str]


class MailboxForm(_ModelForm):
    pin = forms.CharField(
        label="PIN",
        required=False,
        validators=[PIN],
        widget=forms.PasswordInput(
            render_value=False, attrs={"inputmode": "numeric", "autocomplete": "new-password"}
        ),
        help_text="4 to 12 digits. Empty leaves it as it is.",
    )
    forgets_pin = forms.BooleanField(label="Remove the PIN", required=False)

    class Meta:
        model = Mailbox
        fields = tuple(name for name in MAILBOX_FIELDS if name != "pin")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Languages that can be spoken here, and the one that is chosen already."""
        super().__init__(*args, **kwargs)
        offered = {*languages_installed(), self.instance.language}
        language = cast("forms.ChoiceField", self.fields["language"])
        language.choices = [(code, name) for code, name in LANGUAGE_NAMES.items() if code in offered]
        if missing := languages_missing():
            names = ", ".join(f"{LANGUAGE_NAMES[code]} ({language_package(code)})" for code in missing)
            language.help_text = (
                f"{language.help_text} Further ones when their package is installed: {names}."
            )


def mailbox_page(
    request: HttpRequest,
    extension: Extension,
    *,
    here: str,
    template: str,
    context: dict[str, Any],
    sounds: tuple[str, str],
    may_change: bool,
) -> HttpResponse:
    """`here` is the page's own address, `sounds` the URL names of a message's and a greeting's sound."""
    problems: list[str] = []
    if request.method == "POST" and may_change:
        step = _STEPS.get(request.POST.get("step", ""))
        try:
            if step is None:
                raise ValidationError("This page has no such button.", code="unknown")
            with transaction.atomic():
                messages.success(request, step(request, extension))
            return redirect(here)
        except ValidationError as error:
            problems = error.messages
            audit_request_failed(request, action="mailbox.update", reason="; ".join(problems))
    mailbox = Mailbox.objects.get(extension=extension)
    shown = Paginator(own_voicemail_list(number=extension.number), PER_PAGE).get_page(request.GET.get("page"))
    message_sound, greeting_sound = sounds
    greetings = greeting_list().filter(extension=extension)
    whole = {
        **context,
        "extension": extension,
        "mailbox": mailbox,
        "form": MailboxForm(instance=mailbox),
        "page": shown,
        "voicemails": [(one, reverse(message_sound, args=[one.pk])) for one in shown],
        "greetings": [(one, reverse(greeting_sound, args=[one.pk])) for one in greetings],
        "statuses": list(STATUS_NAMES.items()),
        "keys": [(f"0 {KEYS[status]}", name) for status, name in STATUS_NAMES.items()],
        "greetings_max": GREETINGS_MAX,
        "megabytes": UPLOAD_BYTES_MAX // 1_000_000,
        "problems": problems,
        "may_change": may_change,
    }
    return render(request, template, whole, status=400 if problems else 200)


def _set(request: HttpRequest, extension: Extension) -> str:
    mailbox = Mailbox.objects.get(extension=extension)
    form = MailboxForm(request.POST, instance=mailbox)
    if not form.is_valid():
        raise ValidationError(
            [
                f"{form.fields[name].label or name}: {message}"
                for name, errors in form.errors.items()
                for message in errors
            ]
        )
    changes = {name: form.cleaned_data[name] for name in MAILBOX_FIELDS if name != "pin"}
    if form.cleaned_data["forgets_pin"] or form.cleaned_data["pin"]:
        changes["pin"] = "" if form.cleaned_data["forgets_pin"] else form.cleaned_data["pin"]
    mailbox_update(mailbox=Mailbox.objects.get(extension=extension), **changes)
    audit_request(request, action="mailbox.update", target=mailbox)
    return "Saved. It holds for calls that begin from now on."


def _greet(request: HttpRequest, extension: Extension) -> str:
    upload = request.FILES.get("file")
    if upload is None or upload.file is None:
        raise ValidationError("Choose a file first.", code="required")
    status = request.POST.get("status", "")
    if status not in STATUS_NAMES:
        raise ValidationError("There is no such status.", code="invalid_choice")
    greeting = greeting_add(
        extension=extension,
        source=upload.file,
        size_bytes=upload.size or 0,
        name=upload.name or "",
        status=status,
    )
    audit_request(request, action="greeting.create", target=greeting)
    return f"“{greeting.name}” is added."


def _lock(request: HttpRequest, extension: Extension) -> str:
    greeting = _greeting(request, extension)
    change = greeting_deactivate if greeting.is_active else greeting_activate
    greeting = change(greeting=greeting)
    audit_request(request, action="greeting.update", target=greeting)
    return f"“{greeting.name}” is {'' if greeting.is_active else 'no longer '}what callers hear."


def _delete_greeting(request: HttpRequest, extension: Extension) -> str:
    greeting = _greeting(request, extension)
    audit_request(request, action="greeting.delete", target=greeting)
    greeting_delete(greeting=greeting)
    return f"“{greeting.name}” is deleted."


def _mark(request: HttpRequest, extension: Extension) -> str:
    voicemail = _voicemail(request, extension)
    voicemail_set_new(voicemail=voicemail, is_new=not voicemail.is_new)
    return "The message is new again." if voicemail.is_new else "The message counts as heard."


def _delete(request: HttpRequest, extension: Extension) -> str:
    voicemail = _voicemail(request, extension)
    audit_request(request, action="voicemail.delete", target=voicemail)
    voicemail_delete(voicemail=voicemail)
    return "The message is deleted."


_STEPS: dict[str, Step] = {
    "settings": _set,
    "greet": _greet,
    "lock": _lock,
    "delete_greeting": _delete_greeting,
    "mark": _mark,
    "delete": _delete,
}


def _greeting(request: HttpRequest, extension: Extension) -> Greeting:
    found = greeting_list().filter(extension=extension, pk=_number(request)).first()
    if found is None:
        raise ValidationError("This greeting is gone already.", code="gone")
    return found


def _voicemail(request: HttpRequest, extension: Extension) -> Voicemail:
    found = own_voicemail_list(number=extension.number).filter(pk=_number(request)).first()
    if found is None:
        raise ValidationError("This message is gone already.", code="gone")
    return found


def _number(request: HttpRequest) -> int:
    number = request.POST.get("id", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0
