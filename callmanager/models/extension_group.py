"""Groups of extensions: who sees whom, and what members may do. Rights add up over the groups of an extension.

Triggers (migrations 0003) put a new extension into the default group, and refuse an extension without a group
and a default group that is renamed or deleted, so that bulk imports and raw SQL can't do it either.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from callmanager.domain.rights import MonitorScope, Right
from callmanager.models.extension import Extension
from tenants.scoped_models import TenantSchemaManager


class ExtensionGroup(models.Model):
    name = models.CharField(
        "group name",
        max_length=64,
        validators=[
            RegexValidator(r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z", "No line breaks or control characters.")
        ],
    )
    description = models.CharField("group description", max_length=200, blank=True, default="")
    is_default = models.BooleanField(default=False, editable=False)

    may_see_members = models.BooleanField(
        "see group members",
        default=False,
        help_text="Members see number and name of everybody in this group, in the console and by REST.",
    )
    may_see_member_calls = models.BooleanField(
        "see members' calls",
        default=False,
        help_text="Members see the running calls and the call records of everybody in this group.",
    )
    may_use_console = models.BooleanField(
        "allow access to the management console",
        default=False,
        help_text="Members may enter this console with number, SIP domain and web password, "
        "and see there what their groups let them see.",
    )
    may_page = models.BooleanField(
        "allow paging and intercom",
        default=False,
        help_text="Members may call paging and intercom groups.",
    )
    may_call_external = models.BooleanField(
        "allow external calls",
        default=False,
        help_text="Members may call numbers outside the company, by a trunk. Without it such calls are refused.",
    )
    managers_may_change = models.BooleanField(
        "managers may change members",
        default=False,
        help_text="Managers of this group always see its members and their calls. With this they may also change "
        "the members' names and ring times, switch them on and off, and end their calls.",
    )

    is_monitoring_allowed = models.BooleanField(
        "allow monitor",
        default=False,
        help_text="The monitors chosen below may listen to calls, whisper, barge in and take calls over. "
        "It takes effect once monitoring is switched on for the company.",
    )
    monitor_scope = models.CharField(
        "whose calls",
        max_length=9,
        choices=[
            (MonitorScope.EVERYBODY.value, "Every extension of the company"),
            (MonitorScope.MEMBERS.value, "Members of this group only"),
        ],
        default=MonitorScope.EVERYBODY.value,
    )

    members: models.ManyToManyField[Extension, GroupMembership] = models.ManyToManyField(
        Extension, through="GroupMembership", related_name="groups"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["ExtensionGroup"]()

    class Meta:
        ordering = ("-is_default", Lower("name"))
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="extension_group_name_is_unique",
            ),
            models.UniqueConstraint(
                "is_default",
                condition=models.Q(is_default=True),
                name="extension_group_default_is_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(monitor_scope="everybody") | models.Q(monitor_scope="members"),
                name="extension_group_monitor_scope_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.name = (self.name or "").strip()
        if not self.name:
            raise ValidationError({"name": ValidationError("This field is required.", code="required")})
        others = ExtensionGroup.objects.alias(lower_name=Lower("name")).exclude(pk=self.pk)
        if others.filter(lower_name=Lower(models.Value(self.name))).exists():
            raise ValidationError({"name": ValidationError("A group of this name exists.", code="unique")})

    @property
    def rights(self) -> frozenset[Right]:
        given = {
            Right.SEE_MEMBERS: self.may_see_members,
            Right.SEE_MEMBER_CALLS: self.may_see_member_calls,
            Right.USE_CONSOLE: self.may_use_console,
            Right.PAGE: self.may_page,
            Right.CALL_EXTERNAL: self.may_call_external,
        }
        return frozenset(right for right, is_given in given.items() if is_given)


class GroupMembership(models.Model):
    """The foreign keys stand in the migration, because there they cascade: raw SQL may delete extensions too."""

    group = models.ForeignKey(
        ExtensionGroup, on_delete=models.CASCADE, related_name="memberships", db_constraint=False
    )
    extension = models.ForeignKey(
        Extension, on_delete=models.CASCADE, related_name="memberships", db_constraint=False
    )
    is_manager = models.BooleanField("manager", default=False)

    objects = TenantSchemaManager["GroupMembership"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "extension"], name="group_membership_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.extension_id} in {self.group_id}"


class GroupMonitor(models.Model):
    """An extension that may monitor, by the word of this group; it need not be a member."""

    group = models.ForeignKey(
        ExtensionGroup, on_delete=models.CASCADE, related_name="monitors", db_constraint=False
    )
    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    objects = TenantSchemaManager["GroupMonitor"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "extension"], name="group_monitor_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.extension_id} monitors for {self.group_id}"
