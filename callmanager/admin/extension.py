"""Extensions: who has a number, what the phone registers with, who signs in for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet, Value
from django.db.models.functions import LPad
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import INPUT_CLASSES, UnfoldAdminPasswordToggleWidget

from callmanager.models import Extension
from callmanager.selectors.fleet import extension_list_with_contacts
from callmanager.services.extension import extension_create, extension_delete, extension_update
from callmanager.services.sip_password import sip_password_generate
from tenants.admin.service_admin import ServiceModelAdmin

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Extension]
else:
    _ModelForm = forms.ModelForm


class SecretInput(forms.PasswordInput):
    """Hidden until asked for; with buttons to show, copy and generate."""

    template_name = "pbxsite/secret_input.html"

    def __init__(self) -> None:
        super().__init__(
            attrs={"class": " ".join(INPUT_CLASSES), "autocomplete": "off", "spellcheck": "false"},
            render_value=True,
        )


class ExtensionForm(_ModelForm):
    web_password = forms.CharField(
        label="Web password",
        required=False,
        max_length=256,
        strip=False,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "new-password"}),
        help_text="To sign in with number and SIP domain. Empty: unchanged, or no sign-in for a new one.",
    )

    class Meta:
        model = Extension
        fields = ("number", "display_name", "email", "is_enabled", "ring_timeout_s", "sip_password")
        widgets = {"sip_password": SecretInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial.setdefault("sip_password", sip_password_generate(number=""))

    def clean_web_password(self) -> str:
        password: str = self.cleaned_data["web_password"]
        if password:
            validate_password(password)
        return password


class ExtensionAdmin(ServiceModelAdmin):
    audit_name = "extension"
    form = ExtensionForm
    list_display = ("shown_number", "display_name", "email", "state", "phones")
    list_display_links = ("shown_number", "display_name")
    list_filter = ("is_enabled",)
    search_fields = ("number", "display_name", "email")
    list_fullwidth = True
    fieldsets = (
        ("General", {"classes": ("tab",), "fields": ("number", "display_name", "email", "is_enabled")}),
        ("Phone", {"classes": ("tab",), "fields": ("sip_password", "ring_timeout_s")}),
        ("Web access", {"classes": ("tab",), "fields": ("web_password",)}),
    )

    # 99 before 101: shorter numbers first, then by digits.
    @admin.display(description="Number", ordering=LPad("number", 20, Value("0")))
    def shown_number(self, extension: Extension) -> str:
        return extension.number

    @display(description="State", label={"Enabled": "success", "Disabled": "danger"}, ordering="is_enabled")  # type: ignore[untyped-decorator, unused-ignore]
    def state(self, extension: Extension) -> str:
        return "Enabled" if extension.is_enabled else "Disabled"

    @display(description="Phones", label={"Not registered": "", "Registered": "success"})  # type: ignore[untyped-decorator, unused-ignore]
    def phones(self, extension: Any) -> tuple[str, str]:
        count = extension.contact_count
        if not count:
            return "Not registered", "Not registered"
        return "Registered", "Registered" if count == 1 else f"{count} phones"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extension]:
        return extension_list_with_contacts()

    def create(self, form: ModelForm[Any]) -> Extension:
        fields = dict(form.cleaned_data)
        return extension_create(web_password=fields.pop("web_password") or None, **fields)

    def change(self, obj: Extension, form: ModelForm[Any]) -> Extension:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        web_password = changes.pop("web_password", "") or None
        extension = Extension.objects.get(pk=obj.pk)
        return extension_update(extension=extension, web_password=web_password, **changes)

    def delete(self, obj: Extension) -> None:
        extension_delete(extension=obj)
