"""What makes the phones of a company answer pages by themselves. A trigger tells the workers of every change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from callmanager.domain.paging import AlertInfo
from callmanager.models.office_hours import THE_ONLY_ONE
from tenants.scoped_models import TenantSchemaManager

ALERT_INFOS = [
    (AlertInfo.NONE.value, "Not sent"),
    *((one.value, one.value) for one in AlertInfo if one is not AlertInfo.NONE),
]


class PagingSettings(models.Model):
    """One row per tenant."""

    id = models.SmallIntegerField(primary_key=True, default=THE_ONLY_ONE, editable=False)
    alert_info = models.CharField(
        "Alert-Info header",
        max_length=60,
        blank=True,
        choices=ALERT_INFOS,
        default=AlertInfo.AUTOANSWER.value,
        help_text="Which value makes a phone answer by itself, its manual says.",
    )
    says_call_info = models.BooleanField(
        "Call-Info header", default=True, help_text="With answer-after=0, as many phones understand it."
    )
    says_answer_mode = models.BooleanField(
        "Answer-Mode header", default=True, help_text="RFC 5373, as newer phones understand it."
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["PagingSettings"]()

    class Meta:
        verbose_name = verbose_name_plural = "paging"
        constraints = [models.CheckConstraint(condition=Q(id=THE_ONLY_ONE), name="paging_settings_is_one")]

    def __str__(self) -> str:
        return "Paging and intercom"
