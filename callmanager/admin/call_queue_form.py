"""The form of a call queue. Services do the saving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanWidget

from callmanager.admin.call_queue_people import AgentsField, ManagersField, agent_rows_of, manager_values
from callmanager.admin.destination_fields import (
    action_field,
    destination_initial,
    destination_of,
    target_field,
)
from callmanager.domain.destination import END_CALL
from callmanager.models import CallQueue
from callmanager.models.call_queue import QueueSoundUse
from callmanager.selectors.call_queue import call_queue_managers, call_queue_members
from callmanager.services.call_queue import CALL_QUEUE_FIELDS
from callmanager.services.call_queue_checks import CallQueueChecks, QueuePeople
from callmanager.services.call_queue_sound import LENGTH_S_MAX, UPLOAD_BYTES_MAX
from callmanager.wav_upload import wav_problem

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[CallQueue]
else:
    _ModelForm = forms.ModelForm

SOUND_FIELDS = frozenset(f"{use}_{part}" for use in QueueSoundUse for part in ("file", "remove"))
_FIELD_OF = {"no_answer": "no_answer_target"}


def _file() -> forms.FileField:
    return forms.FileField(
        label="WAV file",
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".wav,audio/wav"}),
        help_text="PCM of any usual kind, up to 30 MB and 10 minutes.",
    )


def _remove() -> forms.BooleanField:
    return forms.BooleanField(label="Remove", required=False, widget=UnfoldBooleanWidget)


class CallQueueForm(_ModelForm):
    members = AgentsField(label="Agents", required=False)
    managers = ManagersField(label="Queue managers", required=False)
    no_answer_action = action_field("If no agent answers")
    no_answer_target = target_field()
    intro_file, intro_remove = _file(), _remove()
    music_file, music_remove = _file(), _remove()
    callback_file, callback_remove = _file(), _remove()

    class Meta:
        model = CallQueue
        fields = CALL_QUEUE_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        destination = self.instance.destination if self.instance.pk else END_CALL
        for field, value in destination_initial("no_answer", destination).items():
            self.initial.setdefault(field, value)
        self.initial.setdefault("members", agent_rows_of(call_queue_members(self.instance)))
        self.initial.setdefault("managers", manager_values(call_queue_managers(self.instance)))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["no_answer"] = destination_of(cleaned, "no_answer") or END_CALL
        cleaned.pop("no_answer_action", None)
        cleaned.pop("no_answer_target", None)
        for use in QueueSoundUse:
            file = cleaned.get(f"{use}_file")
            if file is not None and (
                problem := wav_problem(file, bytes_max=UPLOAD_BYTES_MAX, length_s_max=LENGTH_S_MAX)
            ):
                self.add_error(f"{use}_file", problem)
        if not self.errors:
            self._ask_service(cleaned)
        return cleaned

    def _ask_service(self, cleaned: dict[str, Any]) -> None:
        """Everything that the service would refuse, beside its field."""
        queue = CallQueue(**{name: cleaned[name] for name in CALL_QUEUE_FIELDS})
        people = QueuePeople(tuple(cleaned["members"]), tuple(cleaned["managers"]))
        number_before = self.instance.number if self.instance.pk else ""
        try:
            CallQueueChecks.read(people, cleaned["no_answer"]).check(
                queue, people, cleaned["no_answer"], number_before=number_before
            )
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                self.add_error(_FIELD_OF.get(name, name), problems)

    def _post_clean(self) -> None:
        """The service has been asked."""
