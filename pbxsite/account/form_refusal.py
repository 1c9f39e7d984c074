"""What a service refuses, shown at the field it is about."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError


def add_refusal(form: forms.Form, refusal: ValidationError, names: dict[str, str] | None = None) -> None:
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        field = (names or {}).get(name, name)
        form.add_error(field if field in form.fields else None, forms.ValidationError(errors))
