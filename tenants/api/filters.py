"""Filters that refuse what they do not understand, instead of answering a question nobody asked."""

from __future__ import annotations

import django_filters
from django import forms
from django.core.exceptions import ValidationError

TRUE, FALSE = ("true", "1"), ("false", "0")


class TrueFalseField(forms.Field):
    def to_python(self, value: str | None) -> bool | None:
        text = (value or "").strip().lower()
        if text in TRUE:
            return True
        if text in FALSE:
            return False
        if text:
            raise ValidationError("true or false.", code="invalid_choice")
        return None


class TrueFalseFilter(django_filters.BooleanFilter):
    """`?is_enabled=true`; the one of the library takes any other word for no answer at all."""

    field_class = TrueFalseField
