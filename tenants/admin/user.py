"""Users of a tenant, and administrators: who may sign in, by what rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminPasswordToggleWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextInputWidget,
)

from tenants.acting import Actor
from tenants.admin.service_admin import ServiceModelAdmin
from tenants.audit_trail import audit_request, audit_request_failed
from tenants.models import Administrator, Rank, Role, Tenant, User
from tenants.passwords import password_rules
from tenants.selectors.user import person_list, with_sign_in_state
from tenants.services.people import (
    person_create,
    person_delete,
    person_reset_second_factor,
    person_set_password,
    person_unlock,
    person_update,
)
from tenants.services.user import user_sign_out_everywhere

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[User]
else:
    _ModelForm = forms.ModelForm

_FIELDS = ("rank", "display_name", "email", "time_zone", "is_active")


class UserForm(_ModelForm):
    rank = forms.ChoiceField(choices=Rank.choices, initial=Rank.MANAGER, widget=UnfoldAdminSelect2Widget)
    time_zone = forms.ChoiceField(
        required=False,
        choices=[("", "As the company's"), *((name, name) for name in sorted(available_timezones()))],
        widget=UnfoldAdminSelect2Widget,
    )

    class Meta:
        model = User
        fields = _FIELDS


class UserCreateForm(UserForm):
    username = forms.CharField(
        label="User name",
        max_length=80,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="To sign in with; unique in the whole system and never changed.",
    )
    password = forms.CharField(
        max_length=256,
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(
            ["Leave empty to have one made. It has to be changed at the first sign-in.", *password_rules()]
        )

    def clean(self) -> dict[str, Any]:
        """The service's own rules, while the form can still show them at their fields."""
        form = super().clean() or {}
        name = str(form.get("username", ""))
        if "@" in name:
            self.add_error("username", forms.ValidationError("A user name has no @.", code="username"))
        elif User.objects.filter(username=name.lower()).exists():
            self.add_error("username", forms.ValidationError("Somebody has this name.", code="unique"))
        return form


class UserAdmin(ServiceModelAdmin):
    audit_name = "user"
    form = UserForm
    list_display: tuple[str, ...] = (
        "username",
        "display_name",
        "kind",
        "email",
        "state",
        "two_factor",
        "last_login",
    )
    list_filter: tuple[Any, ...] = (
        ("role", ChoicesDropdownFilter),
        ("rank", ChoicesDropdownFilter),
        "is_active",
    )
    list_filter_submit = True
    search_fields = ("username", "display_name", "email", "extension_number")
    list_fullwidth = True
    actions = None
    change_form_outer_after_template = "pbxsite/user_actions.html"

    @display(description="Kind")  # type: ignore[untyped-decorator, unused-ignore]
    def kind(self, user: User) -> str:
        return user.standing

    @display(  # type: ignore[untyped-decorator, unused-ignore]
        description="State",
        label={
            "May sign in": "success",
            "Must change password": "warning",
            "Locked": "danger",
            "Disabled": "danger",
        },
        ordering="is_active",
    )
    def state(self, user: Any) -> str:
        if not user.is_active:
            return "Disabled"
        if user.is_locked:
            return "Locked"
        return "Must change password" if user.must_change_password else "May sign in"

    @admin.display(description="Two-factor", boolean=True)
    def two_factor(self, user: Any) -> bool:
        return bool(user.has_second_factor)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return person_list(tenant=_tenant(request))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(
            request, obj, change=change, **{"form": UserForm if obj else UserCreateForm, **kwargs}
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return ((None, {"fields": _FIELDS if obj is not None else ("username", *_FIELDS[:-1], "password")}),)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The sign-in of an extension is changed where the extension is."""
        is_extension = obj is not None and obj.role == Role.EXTENSION
        return not is_extension and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_extension = obj is not None and obj.role == Role.EXTENSION
        return not is_extension and bool(super().has_delete_permission(request, obj))

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        with transaction.atomic():
            if change:
                changes = {name: form.cleaned_data[name] for name in form.changed_data}
                saved = person_update(by=_person(request), user=User.objects.get(pk=obj.pk), **changes)
            else:
                fields = dict(form.cleaned_data)
                fields.pop("is_active", None)
                saved, obj.given_password = person_create(tenant=_tenant(request), **fields)
            audit_request(request, action=f"user.{'update' if change else 'create'}", target=saved)
        given = getattr(obj, "given_password", "")
        obj.__dict__.update(saved.__dict__)
        obj.given_password = given

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            audit_request(request, action="user.delete", target=obj)
            person_delete(by=_person(request), user=obj)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().delete_view(request, object_id, *args, **kwargs)
        except ValidationError as refusal:
            return self._refused(request, "delete", object_id, refusal)
        return response

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._show_password(request, obj, obj.given_password)

    def get_urls(self) -> list[URLPattern]:
        def button(name: str, view: Any) -> URLPattern:
            guarded = self.admin_site.admin_view(require_POST(view))
            url_name = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
            address: URLPattern = path(f"<int:user_id>/{name.replace('_', '-')}/", guarded, name=url_name)
            return address

        return [
            button("set_password", self.set_password_view),
            button("sign_out", self.sign_out_view),
            button("reset_second_factor", self.reset_second_factor_view),
            button("unlock", self.unlock_view),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> Any:
        actions = [] if obj is None else self._buttons(request, obj)
        return super().render_change_form(
            request, {**context, "person_actions": actions}, *args, obj=obj, **kwargs
        )

    def set_password_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        user = self._changeable(request, user_id)
        try:
            with transaction.atomic():
                password = person_set_password(by=_person(request), user=user)
                audit_request(request, action="user.set_password", target=user)
        except ValidationError as refusal:
            return self._refused(request, "set_password", str(user_id), refusal)
        return self._show_password(request, user, password)

    def sign_out_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        user = self._changeable(request, user_id)
        with transaction.atomic():
            user_sign_out_everywhere(user=user)
            audit_request(request, action="user.sign_out_everywhere", target=user)
        messages.success(request, f"{user.username} is signed out everywhere.")
        return self._back(user_id)

    def reset_second_factor_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        user = self._changeable(request, user_id)
        with transaction.atomic():
            person_reset_second_factor(user=user)
            audit_request(request, action="user.reset_second_factor", target=user)
        messages.success(
            request, f"{user.username} signs in with the password alone until it is set up again."
        )
        return self._back(user_id)

    def unlock_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        user = self._changeable(request, user_id)
        with transaction.atomic():
            person_unlock(user=user)
            audit_request(request, action="user.unlock", target=user)
        messages.success(request, f"{user.username} may try to sign in again.")
        return self._back(user_id)

    def _buttons(self, request: HttpRequest, user: User) -> list[dict[str, str]]:
        if not super().has_change_permission(request, user) or user.pk == _person(request).pk:
            return []
        names = [
            ("sign_out", "Sign out everywhere", "logout"),
            ("reset_second_factor", "Reset two-factor sign-in", "phonelink_erase"),
            ("unlock", "Unlock sign-in", "lock_open"),
        ]
        if user.role != Role.EXTENSION:
            names.insert(0, ("set_password", "Set a new password", "password"))
        prefix = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return [
            {"title": title, "icon": icon, "url": reverse(f"{prefix}_{name}", args=[user.pk])}
            for name, title, icon in names
        ]

    def _changeable(self, request: HttpRequest, user_id: int) -> User:
        user: User | None = self.get_object(request, str(user_id))
        if user is None:
            raise Http404
        if not super().has_change_permission(request, user):
            raise PermissionDenied
        return User.objects.get(pk=user.pk)

    def _show_password(self, request: HttpRequest, user: User, password: str) -> HttpResponse:
        """On a page of its own and nowhere else: messages are stored."""
        context = {
            **self.admin_site.each_context(request),
            "title": "The new password",
            "opts": self.opts,
            "username": user.username,
            "password": password,
            "back_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        }
        response = render(request, "pbxsite/password_once.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _refused(
        self, request: HttpRequest, verb: str, object_id: str, refusal: ValidationError
    ) -> HttpResponse:
        messages.error(request, format_html_join(" ", "{}", ((one,) for one in refusal.messages)))
        audit_request_failed(
            request,
            action=f"user.{verb}",
            reason="; ".join(refusal.messages),
            object_type="user",
            object_id=object_id,
        )
        return self._back(object_id)

    def _back(self, user_id: object) -> HttpResponse:
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", user_id)


class AdministratorAdmin(UserAdmin):
    list_filter = (("rank", ChoicesDropdownFilter), "is_active")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return with_sign_in_state(Administrator.objects.filter(role=Role.ADMINISTRATOR))


def _tenant(request: HttpRequest) -> Tenant | None:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    return actor.tenant


def _person(request: HttpRequest) -> User:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor.user
