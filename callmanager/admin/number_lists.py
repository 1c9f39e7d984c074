"""Beginnings of numbers that are not called, and the blacklist: of a tenant, or of the platform."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from callmanager.admin.deleting_together import DeletesTogether
from callmanager.selectors.number_policy import blocked_number_list, disallowed_code_list
from callmanager.services.number_policy import (
    BLOCKED,
    CODES,
    NumberList,
    number_entries_add,
    number_entry_create,
    number_entry_delete,
    number_entry_update,
)
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs

_FILE_BYTES_MAX = 1_000_000


class ManyForm(forms.Form):
    text = forms.CharField(
        label="One a line",
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "td-input", "spellcheck": "false"}),
        help_text="A description may follow behind a semicolon, such as 44201*******; calls from a machine.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        help_text="Text or CSV without a first line of names.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/plain,text/csv"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (file := cleaned.get("file")) is not None:
            if file.size > _FILE_BYTES_MAX:
                raise ValidationError("The file is larger than 1 MB.", code="too_large")
            cleaned["text"] = file.read().decode("utf-8-sig", errors="replace").replace("\0", "")
        return cleaned


class NumberListAdmin(DeletesTogether):
    kind: ClassVar[NumberList]
    list_fullwidth = True
    list_per_page = 100
    change_list_template = "pbxsite/number_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        read = blocked_number_list if self.kind is BLOCKED else disallowed_code_list
        return read(is_platform=_is_platform(request))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Uniqueness and form are the service's word; what it refuses stands beside the field."""
        form = super().get_form(request, obj, change, **kwargs)
        kind = self.kind

        class EntryForm(form):  # type: ignore[misc, valid-type] # made by Django for the model
            def _clean_fields(self) -> None:
                super()._clean_fields()
                if text := self.cleaned_data.get(kind.field):
                    try:
                        self.cleaned_data[kind.field] = kind.read(text)
                    except ValueError as error:
                        self.add_error(kind.field, str(error))

        return EntryForm

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "POST"])(needs(self.opts.label_lower, Verb.ADD)(self.many_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_many"
        return [path("many/", self.admin_site.admin_view(view), name=name), *super().get_urls()]

    def many_view(self, request: HttpRequest) -> HttpResponse:
        form = ManyForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                self._add(request, form.cleaned_data["text"])
                return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            except ValidationError as error:
                form.add_error(None, error.messages)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Add many {self.kind.words}",
            "opts": self.opts,
            "form": form,
        }
        return render(request, "pbxsite/number_many.html", context)

    def _add(self, request: HttpRequest, text: str) -> None:
        with transaction.atomic():
            added, known = number_entries_add(kind=self.kind, is_platform=_is_platform(request), text=text)
            audit_request(
                request,
                action=f"{self.audit_name}.add_many",
                target=None,
                object_type=self.audit_name,
                changes={"added": {"before": None, "after": added}},
            )
        messages.success(request, f"{added:,} added; {known:,} were there already.")

    def create(self, form: ModelForm[Any]) -> Model:
        is_platform = self.opts.app_label == "fleet"
        return number_entry_create(kind=self.kind, is_platform=is_platform, **self._wanted(form))

    def change(self, obj: Any, form: ModelForm[Any]) -> Model:
        stored = type(obj)._default_manager.get(pk=obj.pk)
        return number_entry_update(kind=self.kind, entry=stored, **self._wanted(form))

    def delete(self, obj: Any) -> None:
        number_entry_delete(entry=obj)

    def _wanted(self, form: ModelForm[Any]) -> dict[str, str]:
        return {
            "text": form.cleaned_data[self.kind.field],
            "description": form.cleaned_data["description"],
        }


class DisallowedCodeAdmin(NumberListAdmin):
    kind = CODES
    audit_name = "disallowed_code"
    list_display = ("code", "description", "created_at")
    search_fields = ("code", "description")
    fields = ("code", "description")


class BlockedNumberAdmin(NumberListAdmin):
    kind = BLOCKED
    audit_name = "blocked_number"
    list_display = ("number", "description", "created_at")
    search_fields = ("number", "description")
    fields = ("number", "description")


def _is_platform(request: HttpRequest) -> bool:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    return actor.tenant is None
