"""VIP callers, harass numbers with their prompts, and exclusive agents (manual 11.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from callmanager.admin.rule_table import RuleTableAdmin
from callmanager.admin.short_words import some_words, sound_words
from callmanager.domain.number_lists import parse_blocked
from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.queue_callers import HarassLevel
from callmanager.models import ExclusiveAgent, HarassNumber, HarassPrompt, VipCaller
from callmanager.selectors.queue_caller import (
    exclusive_agent_list,
    exclusive_pairs,
    harass_number_list,
    harass_prompt_file,
    harass_prompt_list,
    vip_caller_list,
)
from callmanager.services.queue_caller import (
    LENGTH_S_MAX,
    UPLOAD_BYTES_MAX,
    exclusive_agent_check,
    exclusive_agent_save,
    harass_number_save,
    harass_prompt_remove,
    harass_prompt_upload,
    queue_caller_delete,
    vip_caller_save,
)
from callmanager.services.queue_caller_table import EXCLUSIVE_TABLE, HARASS_TABLE, VIP_TABLE
from callmanager.wav_upload import wav_problem
from tenants.admin.service_admin import ServiceModelAdmin
from tenants.files import file_response

if TYPE_CHECKING:  # generic for the type checker only
    _VipForm = forms.ModelForm[VipCaller]
    _HarassForm = forms.ModelForm[HarassNumber]
    _PromptForm = forms.ModelForm[HarassPrompt]
    _ExclusiveForm = forms.ModelForm[ExclusiveAgent]
else:
    _VipForm = _HarassForm = _PromptForm = _ExclusiveForm = forms.ModelForm


_FIELD_OF = {"callers": "callers_text", "agents": "agents_text"}


class NumberClean:
    """Numbers are stored as the dialplan reads them."""

    cleaned_data: dict[str, Any]

    def clean_number(self) -> str:
        try:
            return parse_blocked(self.cleaned_data["number"])
        except NumberPatternError as error:
            raise ValidationError(str(error), code=error.code) from error


class VipCallerForm(NumberClean, _VipForm):
    class Meta:
        model = VipCaller
        fields = ("number", "description", "last_day", "is_enabled")


class HarassNumberForm(NumberClean, _HarassForm):
    class Meta:
        model = HarassNumber
        fields = ("number", "description", "level")


class HarassPromptForm(_PromptForm):
    file = forms.FileField(
        label="WAV file",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".wav,audio/wav"}),
        help_text="PCM of any usual kind, up to 20 MB and 2 minutes. Takes the place of the one before.",
    )

    class Meta:
        model = HarassPrompt
        fields = ("level",)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if problem := wav_problem(file, bytes_max=UPLOAD_BYTES_MAX, length_s_max=LENGTH_S_MAX):
            raise ValidationError(problem, code="invalid_wav")
        return file

    def validate_unique(self) -> None:
        """Another one of a level takes the place of the one before."""


class ExclusiveAgentForm(_ExclusiveForm):
    callers_text = forms.CharField(
        label="Caller numbers",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="One a line: a number, a mask such as 44201******* or a range such as 1100-1200.",
    )
    agents_text = forms.CharField(
        label="Agents",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="One a line: the queue and the extension, such as 8000 102.",
    )

    class Meta:
        model = ExclusiveAgent
        fields = ("description",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.setdefault("callers_text", "\n".join(self.instance.callers))
            pairs = exclusive_pairs(self.instance)
            self.initial.setdefault("agents_text", "\n".join(f"{queue} {number}" for queue, number in pairs))

    def clean_agents_text(self) -> list[tuple[str, str]]:
        pairs = [line.split() for line in self.cleaned_data["agents_text"].splitlines() if line.strip()]
        if any(len(pair) != 2 for pair in pairs):
            raise ValidationError("One a line: the queue and the extension.", code="format")
        return [(queue, number) for queue, number in pairs]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        cleaned["callers"] = [
            line.strip() for line in cleaned.pop("callers_text").splitlines() if line.strip()
        ]
        cleaned["agents"] = cleaned.pop("agents_text")
        pk = self.instance.pk
        wanted = exclusive_agent_list().get(pk=pk) if pk else ExclusiveAgent()
        wanted.description = cleaned["description"]
        try:
            exclusive_agent_check(
                exclusive=wanted,
                callers=cleaned["callers"],
                agents=cleaned["agents"],
            )
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                self.add_error(_FIELD_OF.get(name, name), problems)
        return cleaned

    def _post_clean(self) -> None:
        """The service has been asked."""


class VipCallerAdmin(RuleTableAdmin, ServiceModelAdmin):
    audit_name = "vip_caller"
    table = VIP_TABLE
    form = VipCallerForm
    list_display = ("number", "description", "validity", "is_enabled")
    list_filter = ("is_enabled",)
    search_fields = ("number", "description")
    list_fullwidth = True

    @admin.display(description="Valid until", ordering="last_day")
    def validity(self, caller: VipCaller) -> str:
        if caller.last_day is None:
            return "for ever"
        is_over = caller.last_day < timezone.localdate()
        return f"{caller.last_day:%Y-%m-%d}{' (over)' if is_over else ''}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[VipCaller]:
        return vip_caller_list()

    def create(self, form: ModelForm[Any]) -> VipCaller:
        return vip_caller_save(caller=VipCaller(), **form.cleaned_data)

    def change(self, obj: VipCaller, form: ModelForm[Any]) -> VipCaller:
        return vip_caller_save(caller=vip_caller_list().get(pk=obj.pk), **form.cleaned_data)

    def delete(self, obj: VipCaller) -> None:
        queue_caller_delete(row=obj)


class HarassNumberAdmin(RuleTableAdmin, ServiceModelAdmin):
    audit_name = "harass_number"
    table = HARASS_TABLE
    form = HarassNumberForm
    list_display = ("number", "description", "level")
    list_filter = ("level",)
    search_fields = ("number", "description")
    list_fullwidth = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[HarassNumber]:
        return harass_number_list()

    def create(self, form: ModelForm[Any]) -> HarassNumber:
        return harass_number_save(entry=HarassNumber(), **form.cleaned_data)

    def change(self, obj: HarassNumber, form: ModelForm[Any]) -> HarassNumber:
        return harass_number_save(entry=harass_number_list().get(pk=obj.pk), **form.cleaned_data)

    def delete(self, obj: HarassNumber) -> None:
        queue_caller_delete(row=obj)


class HarassPromptAdmin(ServiceModelAdmin):
    audit_name = "harass_prompt"
    form = HarassPromptForm
    list_display = ("level", "heard", "created_at")
    list_fullwidth = True

    @admin.display(description="Prompt", ordering="name")
    def heard(self, prompt: HarassPrompt) -> SafeString:
        address = reverse("admin:callmanager_harassprompt_sound", args=[prompt.pk])
        return sound_words(prompt, address, f"Level {prompt.level}", "")

    def get_urls(self) -> list[URLPattern]:
        sound = path(
            "<int:pk>/sound/",
            self.admin_site.admin_view(self.sound),
            name="callmanager_harassprompt_sound",
        )
        return [sound, *super().get_urls()]

    def sound(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        prompt = harass_prompt_list().filter(pk=pk).first() if self.has_view_permission(request) else None
        file = harass_prompt_file(prompt) if prompt is not None else None
        if file is None:
            raise Http404
        return file_response(file)

    def get_queryset(self, request: HttpRequest) -> QuerySet[HarassPrompt]:
        return harass_prompt_list()

    def create(self, form: ModelForm[Any]) -> HarassPrompt:
        file = form.cleaned_data["file"]
        level = HarassLevel(form.cleaned_data["level"])
        return harass_prompt_upload(level=level, source=file, size_bytes=file.size, name=file.name)

    def change(self, obj: HarassPrompt, form: ModelForm[Any]) -> HarassPrompt:
        return self.create(form)

    def delete(self, obj: HarassPrompt) -> None:
        harass_prompt_remove(prompt=obj)


class ExclusiveAgentAdmin(RuleTableAdmin, ServiceModelAdmin):
    audit_name = "exclusive_agent"
    table = EXCLUSIVE_TABLE
    form = ExclusiveAgentForm
    list_display = ("description", "caller_words", "agent_words")
    search_fields = ("description",)
    list_fullwidth = True

    @admin.display(description="Caller numbers")
    def caller_words(self, exclusive: ExclusiveAgent) -> str:
        return some_words(exclusive.callers)

    @admin.display(description="Agents")
    def agent_words(self, exclusive: ExclusiveAgent) -> str:
        return some_words([f"{number} of {queue}" for queue, number in exclusive_pairs(exclusive)])

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExclusiveAgent]:
        return exclusive_agent_list()

    def create(self, form: ModelForm[Any]) -> ExclusiveAgent:
        return exclusive_agent_save(exclusive=ExclusiveAgent(), **form.cleaned_data)

    def change(self, obj: ExclusiveAgent, form: ModelForm[Any]) -> ExclusiveAgent:
        return exclusive_agent_save(exclusive=exclusive_agent_list().get(pk=obj.pk), **form.cleaned_data)

    def delete(self, obj: ExclusiveAgent) -> None:
        queue_caller_delete(row=obj)
