"""Import and export of a list of rules in the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_safe
from unfold.admin import ModelAdmin

from callmanager.services.extension_import import OnErrors
from callmanager.services.extension_rows import Existing
from callmanager.services.table_import import (
    FILE_BYTES_MAX,
    ROWS_MAX,
    RuleTable,
    TableOptions,
    table_import_start,
)
from callmanager.services.table_writing import table_export
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs


class TableImportForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        help_text=f"At most {ROWS_MAX:,} rows and {FILE_BYTES_MAX // 1_000_000} MB, as a spreadsheet saves it.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )
    existing = forms.ChoiceField(
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
    is_dry_run = forms.BooleanField(
        label="Only try", required=False, initial=True, help_text="Tells the errors and changes nothing."
    )

    def __init__(self, table: RuleTable, *args: Any) -> None:
        super().__init__(*args)
        self.fields["existing"].label = f"A {table.key_words} that is there already"


class RuleTableAdmin(ModelAdmin):
    """Mixed into the page of a list."""

    table: ClassVar[RuleTable]
    change_list_template = "pbxsite/rule_list.html"

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse], verb: Verb) -> Any:
            return self.admin_site.admin_view(needs(self.opts.label_lower, verb)(view))

        name = f"{self.opts.app_label}_{self.opts.model_name}"
        import_view = require_http_methods(["GET", "POST"])(self.import_view)
        return [
            path("import/", page(import_view, Verb.ADD), name=f"{name}_import"),
            path("import/sample.csv", page(require_safe(self.sample_view), Verb.ADD), name=f"{name}_sample"),
            path("export.csv", page(require_safe(self.export_view), Verb.VIEW), name=f"{name}_export"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        form = TableImportForm(self.table, request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                return redirect("admin:tenants_job_change", self._start(request, form))
            except ValidationError as error:
                form.add_error("file", error.messages)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Import {self.table.words}",
            "opts": self.opts,
            "form": form,
            "hint": self.table.hint,
            "sample": f"admin:{self.opts.app_label}_{self.opts.model_name}_sample",
            "columns": [(column, ", ".join(others)) for column, others in self.table.columns.items()],
        }
        return render(request, "pbxsite/table_import.html", context)

    def _start(self, request: HttpRequest, form: TableImportForm) -> int:
        wanted = form.cleaned_data
        actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
        with transaction.atomic():
            job = table_import_start(
                table=self.table,
                data=wanted["file"].read(),
                options=TableOptions(
                    is_dry_run=wanted["is_dry_run"],
                    on_errors=OnErrors(wanted["on_errors"]),
                    existing=Existing(wanted["existing"]),
                ),
                started_by=actor.user.username,
                file_name=wanted["file"].name or "",
            )
            audit_request(request, action=f"{self.table.audit_name}.import", target=job)
        return int(job.pk)

    def sample_view(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(self.table.sample, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self.table.file_name}-sample.csv"'
        return response

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The list's own filters, search and order, without its pages."""
        return table_export(self.table, self.get_changelist_instance(request).queryset)
