"""Action URLs of virtual receptionists (manual 5.9). Triggers tell the workers of every change."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from callmanager.domain.menu_action import ActionMethod, ActionTrigger, parse_matches
from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.models.extension import NO_CONTROL_CHARACTERS
from callmanager.models.receptionist import NAME_LENGTH, Receptionist
from tenants.encrypted_field import EncryptedTextField
from tenants.models.event_url import URL_LENGTH_MAX, validate_event_url
from tenants.scoped_models import TenantSchemaManager

TIMEOUT_S = (1, 30)
MATCHES_LENGTH, PASSWORD_LENGTH = 2000, 254
TRIGGERS = [(ActionTrigger.DTMF.value, "DTMF"), (ActionTrigger.CALLER_NUMBER.value, "Caller number")]
METHODS = [(ActionMethod.GET.value, "GET"), (ActionMethod.POST.value, "POST")]


def validate_matches(text: str) -> None:
    try:
        parse_matches(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


def _timeout(name: str, default: int) -> models.PositiveSmallIntegerField[int, int]:
    limits = [MinValueValidator(TIMEOUT_S[0]), MaxValueValidator(TIMEOUT_S[1])]
    return models.PositiveSmallIntegerField(name, default=default, validators=limits)


class ReceptionistAction(models.Model):
    """Either `url` or `number` is filled."""

    receptionist = models.ForeignKey(
        Receptionist, on_delete=models.CASCADE, related_name="actions", db_constraint=False
    )
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=NAME_LENGTH, validators=[NO_CONTROL_CHARACTERS])
    trigger = models.CharField(
        "action type", max_length=13, choices=TRIGGERS, default=ActionTrigger.DTMF.value
    )
    matches = models.CharField("match list", max_length=MATCHES_LENGTH, validators=[validate_matches])
    method = models.CharField("HTTP method", max_length=4, choices=METHODS, default=ActionMethod.GET.value)
    url = models.CharField(
        "URL", max_length=URL_LENGTH_MAX, blank=True, default="", validators=[validate_event_url]
    )
    number = models.CharField(max_length=MAX_DIALLED, blank=True, default="")
    username = models.CharField(
        "user name", max_length=254, blank=True, default="", validators=[NO_CONTROL_CHARACTERS]
    )
    password = EncryptedTextField(blank=True, default="", max_length=PASSWORD_LENGTH)
    connect_timeout_s = _timeout("connection timeout (s)", 5)
    answer_timeout_s = _timeout("timeout for waiting response (s)", 10)

    objects = TenantSchemaManager["ReceptionistAction"]()

    class Meta:
        ordering = ("position",)
        constraints = [
            models.CheckConstraint(
                condition=Q(trigger__regex=r"^(dtmf|caller_number)$"),
                name="receptionist_action_trigger_is_known",
            ),
            models.CheckConstraint(
                condition=Q(method__regex=r"^(get|post)$"), name="receptionist_action_method_is_known"
            ),
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(number="")) | (~Q(url="") & Q(number="")),
                name="receptionist_action_asks_or_calls",
            ),
            models.CheckConstraint(
                condition=Q(connect_timeout_s__range=TIMEOUT_S), name="receptionist_action_connects_in_time"
            ),
            models.CheckConstraint(
                condition=Q(answer_timeout_s__range=TIMEOUT_S), name="receptionist_action_answers_in_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name
