"""A ModelAdmin that saves and deletes by services and tells the audit log instead of Django's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from tenants.audit_changes import SECRET_NAME
from tenants.audit_trail import audit_request, audit_request_failed


class ServiceModelAdmin(ModelAdmin):
    """Subclasses say how in `create`, `change` and `delete`; forms have done the validating by then."""

    audit_name: ClassVar[str]
    # Who only reads is shown the column instead of the field: of a field that is a list of other rows.
    words_of: ClassVar[Mapping[str, str]] = {}

    def create(self, form: ModelForm[Any]) -> Model:
        raise NotImplementedError

    def change(self, obj: Any, form: ModelForm[Any]) -> Model:
        raise NotImplementedError

    def delete(self, obj: Any) -> None:
        raise NotImplementedError

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only reads is shown no secrets: Django would print them as text."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return tuple(
            (title, {**options, "fields": _readable(options["fields"], self.words_of)})
            for title, options in fieldsets
        )

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: bool) -> None:
        with transaction.atomic():
            saved = self.change(obj, form) if change else self.create(form)
            verb = "update" if change else "create"
            audit_request(request, action=f"{self.audit_name}.{verb}", target=saved)
        # Django goes on with the object it has.
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with transaction.atomic():
            audit_request(request, action=f"{self.audit_name}.delete", target=obj)
            self.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            for obj in queryset:
                self.delete_model(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing hangs on these forms that the service has not saved."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The audit log has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The audit log has it."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """The audit log has it."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        except ValidationError as refusal:
            # What only the database could know, such as a number taken in the same second.
            for message in refusal.messages:
                messages.error(request, message)
            object_id = next((str(one) for one in args if one is not None), "")
            audit_request_failed(
                request,
                action=f"{self.audit_name}.{'update' if object_id else 'create'}",
                reason="; ".join(refusal.messages),
                object_type=self.audit_name,
                object_id=object_id,
            )
            return redirect(request.get_full_path())
        return response


def _readable(fields: Any, words_of: Mapping[str, str]) -> tuple[Any, ...]:
    """Without secrets. A line of the form may hold several fields."""
    lines = (
        _readable(one, words_of) if isinstance(one, list | tuple) else words_of.get(one, one)
        for one in fields
    )
    return tuple(line for line in lines if line and not (isinstance(line, str) and SECRET_NAME.search(line)))
