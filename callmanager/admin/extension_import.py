"""The page that imports a table of extensions: the file, what its columns are, and what may go wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from unfold.admin import ModelAdmin

from callmanager.domain.extension_table import COLUMNS
from callmanager.services.extension_columns import import_columns_propose
from callmanager.services.extension_import import (
    FILE_BYTES_MAX,
    ROWS_MAX,
    ImportOptions,
    OnErrors,
    extension_import_start,
)
from callmanager.services.extension_rows import Existing
from tenants.acting import Actor
from tenants.audit_trail import audit_request


class ColumnsField(forms.JSONField):
    """Written by the script that shows the columns; without it they are understood by their names."""

    def clean(self, value: Any) -> dict[str, str] | None:
        chosen = super().clean(value)
        if chosen is None:
            return None
        if not isinstance(chosen, dict) or not all(isinstance(one, str) for one in chosen.values()):
            raise ValidationError("Choose a field for each column.", code="invalid")
        return chosen


class ImportForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        help_text=f"At most {ROWS_MAX:,} rows and {FILE_BYTES_MAX // 1_000_000} MB, as a spreadsheet saves it.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )
    columns = ColumnsField(required=False, widget=forms.HiddenInput())
    existing = forms.ChoiceField(
        label="A number that is there already",
        choices=[
            (Existing.REFUSE.value, "is an error"),
            (Existing.UPDATE.value, "is changed to what the file says"),
            (Existing.SKIP.value, "is passed over"),
        ],
    )
    on_errors = forms.ChoiceField(
        label="If rows have errors",
        choices=[
            (OnErrors.ALL_OR_NOTHING.value, "import nothing"),
            (OnErrors.SKIP_ROWS.value, "import the other rows"),
        ],
    )
    accepts_weak_passwords = forms.BooleanField(
        label="Accept weak SIP passwords",
        required=False,
        help_text="For phones that can't be changed at once. The report of weak passwords lists them.",
    )
    sends_welcome = forms.BooleanField(
        label="Send the welcome mail",
        required=False,
        help_text="To every new extension with an e-mail address, in the background. Its QR code holds the "
        "SIP password.",
    )
    is_dry_run = forms.BooleanField(
        label="Only try", required=False, initial=True, help_text="Tells the errors and changes nothing."
    )


def import_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("admin:tenants_job_change", _start(request, form))
        except ValidationError as error:
            for field, problems in error.error_dict.items():
                form.add_error(None if field in (NON_FIELD_ERRORS, "columns") else field, problems)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Import extensions",
        "opts": model_admin.opts,
        "form": form,
        "columns": [(name, ", ".join(others)) for name, others in COLUMNS.items()],
        "fields": list(COLUMNS),
    }
    return render(request, "pbxsite/extension_import.html", context)


def import_columns_json(request: HttpRequest) -> JsonResponse:
    """For the script: the file's columns with what they are taken for."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"message": "Choose a file."}, status=400)
    try:
        found = import_columns_propose(data=file.read(), bytes_max=FILE_BYTES_MAX)
    except ValidationError as error:
        return JsonResponse({"message": " ".join(error.messages)}, status=400)
    return JsonResponse(
        {"columns": [{"header": one.header, "samples": one.samples, "field": one.name} for one in found]}
    )


def _start(request: HttpRequest, form: ImportForm) -> int:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    wanted = form.cleaned_data
    file = wanted["file"]
    with transaction.atomic():
        job = extension_import_start(
            data=file.read(),
            options=ImportOptions(
                is_dry_run=wanted["is_dry_run"],
                on_errors=OnErrors(wanted["on_errors"]),
                existing=Existing(wanted["existing"]),
                accepts_weak_passwords=wanted["accepts_weak_passwords"],
                sends_welcome=wanted["sends_welcome"],
                columns=wanted["columns"],
            ),
            started_by=actor.user.username,
            file_name=file.name or "",
        )
        audit_request(request, action="extension.import", target=job)
    return int(job.pk)
