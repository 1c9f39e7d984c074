"""The console of somebody who signed in as an extension: the lists of REST, with the rows REST would show.

The lists of a tenant's people are built on, and see fewer rows here; nothing of the tenant's configuration is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet, Value
from django.db.models.functions import LPad
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.decorators import display

from callmanager.admin.cdr import CdrAdmin
from callmanager.admin.click_to_call import CallableAdmin
from callmanager.admin.registration import RegistrationAdmin
from callmanager.admin.registration_failure import RegistrationFailureAdmin
from callmanager.fleet.models import Cdr, Registration, RegistrationFailure
from callmanager.models import Extension
from callmanager.selectors.person import (
    changeable_extension_list,
    own_registration_list,
    visible_cdr_list,
    visible_extension_list,
)
from callmanager.selectors.registration_failure import own_registration_failure_list
from callmanager.services.extension import extension_update
from tenants.acting import Actor
from tenants.admin.read_once import read_once
from tenants.admin.service_admin import ServiceModelAdmin
from tenants.capabilities import Verb

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Extension]
else:
    _ModelForm = forms.ModelForm

SHOWN = ("number", "display_name", "is_enabled")
MANAGED = ("display_name", "is_enabled", "ring_timeout_s")


def number_of(request: HttpRequest) -> str:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    return actor.user.extension_number


class ColleagueForm(_ModelForm):
    class Meta:
        model = Extension
        fields = MANAGED


class ColleagueAdmin(CallableAdmin, ServiceModelAdmin):
    """Itself and the members its groups show; the managers of groups that let them change a little of their members."""

    audit_name = "extension"
    form = ColleagueForm
    list_display = ("shown_number", "display_name", "state")
    list_display_links = ("shown_number", "display_name")
    list_filter = ("is_enabled",)
    search_fields = ("number", "display_name")
    list_fullwidth = True
    change_list_template = "pbxsite/colleague_list.html"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extension]:
        return visible_extension_list(number=number_of(request)).prefetch_related(None)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        is_managed = obj is not None and self.has_change_permission(request, obj)
        return ((None, {"fields": ("number", *MANAGED) if is_managed else SHOWN}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("number",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
        if obj is None or not actor.may("callmanager.colleague", Verb.CHANGE):
            return False
        changeable = changeable_extension_list(number=number_of(request)).filter(pk=obj.pk)
        return read_once(obj, "is_managed", changeable.exists)

    def change(self, obj: Extension, form: ModelForm[Any]) -> Extension:
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in MANAGED}
        return extension_update(extension=Extension.objects.get(pk=obj.pk), **changes)

    # 99 before 101: shorter numbers first, then by digits.
    @admin.display(description="Number", ordering=LPad("number", 20, Value("0")))
    def shown_number(self, extension: Extension) -> str:
        return extension.number

    @display(description="State", label={"Enabled": "success", "Disabled": "danger"}, ordering="is_enabled")  # type: ignore[untyped-decorator, unused-ignore]
    def state(self, extension: Extension) -> str:
        return "Enabled" if extension.is_enabled else "Disabled"


class PersonCdrAdmin(CdrAdmin):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Cdr]:
        return visible_cdr_list(number=number_of(request))


class OwnRegistrationAdmin(RegistrationAdmin):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Registration]:
        return own_registration_list(number=number_of(request))


class OwnRegistrationFailureAdmin(RegistrationFailureAdmin):
    list_filter = (RegistrationFailureAdmin.list_filter[0],)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegistrationFailure]:
        return own_registration_failure_list(number=number_of(request))
