"""Call queues (manual 5.10): callers wait for agents. Triggers tell the workers of every change."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from callmanager.domain.mailbox import LANGUAGES
from callmanager.domain.queue import HIGHEST_SKILL, LOWEST_SKILL, QueueStrategy
from callmanager.models.destination import DestinationColumns, destination_is_whole
from callmanager.models.extension import CALLER_ID, NO_CONTROL_CHARACTERS, RING_TIMEOUT_S, Extension
from callmanager.models.limits import between
from callmanager.models.mailbox import LANGUAGE_NAMES
from tenants.scoped_models import TenantSchemaManager

MEMBERS_MAX, MANAGERS_MAX = 200, 20
RING_DURATION_S, MAX_WAIT_S, WRAP_UP_S, SLA_S = (5, 7200), (5, 86_400), (0, 3600), (0, 86_400)
ANNOUNCEMENT_INTERVAL_S, SKILL_RELAX_S, SKILL_LEVELS = (15, 600), (0, 3600), (LOWEST_SKILL, HIGHEST_SKILL)
STRATEGIES = [
    (QueueStrategy.SIMULTANEOUS.value, "Ring simultaneously"),
    (QueueStrategy.PRIORITIZED_HUNT.value, "Prioritized hunt"),
    (QueueStrategy.CYCLIC_HUNT.value, "Cyclic hunt"),
    (QueueStrategy.LEAST_WORKED_HUNT.value, "Least worked hunt"),
]


class CallQueue(DestinationColumns):
    """The destination is where a call goes that no agent answers."""

    number = models.CharField(
        "queue number",
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]+\Z", "Only letters and digits.", code="number")],
        help_text="Not the number of an extension, a ring group or a virtual receptionist.",
    )
    name = models.CharField(
        "queue name",
        max_length=64,
        validators=[NO_CONTROL_CHARACTERS],
        help_text="Agents' phones show it before the caller's name, such as “Sales: Alice”.",
    )
    outbound_caller_id = models.CharField(
        "outbound caller ID",
        max_length=41,
        blank=True,
        default="",
        validators=[CALLER_ID],
        help_text="Told to the provider when a call that no agent answered goes to a number outside, as the trunk's "
        "header parameters say.",
    )
    strategy = models.CharField(
        "polling strategy", max_length=20, choices=STRATEGIES, default=QueueStrategy.SIMULTANEOUS.value
    )
    ring_duration_s = models.PositiveIntegerField(
        "ring duration (s)",
        default=300,
        validators=between(RING_DURATION_S),
        help_text="How long a caller waits for an agent until the destination below follows.",
    )
    agent_ring_timeout_s = models.PositiveSmallIntegerField(
        "agent ring time (s)",
        default=20,
        validators=between(RING_TIMEOUT_S),
        help_text="How long one agent is rung before it is the next one's turn.",
    )
    max_wait_s = models.PositiveIntegerField(
        "maximum queue wait time (s)",
        default=3600,
        validators=between(MAX_WAIT_S),
        help_text="A caller who has waited so long is hung up.",
    )
    wrap_up_s = models.PositiveSmallIntegerField(
        "wrap-up time (s)",
        default=0,
        validators=between(WRAP_UP_S),
        help_text="How long an agent is left in peace after a call.",
    )
    sla_s = models.PositiveIntegerField(
        "SLA time (s)",
        default=0,
        validators=between(SLA_S),
        help_text="The managers hear of a caller who waits longer. 0: they do not.",
    )
    skips_busy = models.BooleanField(
        "skip members on a call", default=True, help_text="Agents who have any call are not rung."
    )
    keeps_waiting = models.BooleanField(
        "keep waiting if no members are online",
        default=False,
        help_text="Until the ring duration or the maximum wait is over. Otherwise the destination follows at once.",
    )
    is_ready_automatically = models.BooleanField(
        "members become ready automatically",
        default=True,
        help_text="Signed in when their phone registers, and after ringing and after a call. Otherwise signed out each "
        "time, until they sign in by themselves.",
    )
    is_intro_heard_in_full = models.BooleanField(
        "play the full introduction before calling agents", default=False
    )
    language = models.CharField(
        "prompt language",
        max_length=2,
        choices=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        default="en",
    )
    announces_position = models.BooleanField("tell callers their position", default=False)
    announces_hold_time = models.BooleanField("tell callers how long others have waited", default=False)
    announcement_interval_s = models.PositiveSmallIntegerField(
        "time between announcements (s)", default=60, validators=between(ANNOUNCEMENT_INTERVAL_S)
    )
    callback_key = models.CharField(
        "key to be called back",
        max_length=1,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^[0-9*#]\Z", "One of 0 to 9, * and #.", code="key")],
        help_text="Whoever presses it hangs up and keeps their place: the agent whose turn it is calls them. Callers "
        "are told of the key between the announcements. Empty: nobody is called back.",
    )
    is_sticky = models.BooleanField(
        "same agent as last time",
        default=False,
        help_text="Whoever talked with a caller last is rung first when they call again.",
    )
    min_skill_level = models.PositiveSmallIntegerField(
        "lowest skill",
        default=LOWEST_SKILL,
        validators=between(SKILL_LEVELS),
        help_text="Agents below it are not rung, until the caller has waited.",
    )
    skill_relax_s = models.PositiveSmallIntegerField(
        "one level less after (s)",
        default=30,
        validators=between(SKILL_RELAX_S),
        help_text="Each time a caller has waited so long, one level less will do. 0: never.",
    )
    is_recorded = models.BooleanField("record calls", default=False, help_text="From an agent's answer on.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["CallQueue"]()

    class Meta:
        verbose_name = "call queue"
        ordering = (models.functions.Length("number"), "number")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[A-Za-z0-9]+$"), name="call_queue_number_is_alphanumeric"
            ),
            models.CheckConstraint(
                condition=Q(
                    strategy__regex=r"^(simultaneous|prioritized_hunt|cyclic_hunt|least_worked_hunt)$"
                ),
                name="call_queue_strategy_is_known",
            ),
            models.CheckConstraint(
                condition=Q(ring_duration_s__range=RING_DURATION_S), name="call_queue_ring_duration_in_range"
            ),
            models.CheckConstraint(
                condition=Q(max_wait_s__range=MAX_WAIT_S), name="call_queue_max_wait_in_range"
            ),
            destination_is_whole("call_queue_destination_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()


class CallQueueMember(models.Model):
    """An agent. The extension is not deleted: the foreign key stands in the migration."""

    queue = models.ForeignKey(
        CallQueue, on_delete=models.CASCADE, related_name="members", db_constraint=False
    )
    position = models.PositiveSmallIntegerField()
    extension = models.ForeignKey(
        Extension, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    skill_level = models.PositiveSmallIntegerField(default=LOWEST_SKILL, validators=between(SKILL_LEVELS))

    objects = TenantSchemaManager["CallQueueMember"]()

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="call_queue_members_in_order",
            ),
            models.UniqueConstraint(fields=["queue", "extension"], name="call_queue_member_is_unique"),
        ]

    def __str__(self) -> str:
        return f"extension {self.extension_id}"


class CallQueueManager(models.Model):
    """Hears of lost calls and long waits, and is never rung."""

    queue = models.ForeignKey(
        CallQueue, on_delete=models.CASCADE, related_name="managers", db_constraint=False
    )
    extension = models.ForeignKey(
        Extension, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )

    objects = TenantSchemaManager["CallQueueManager"]()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["queue", "extension"], name="call_queue_manager_is_unique")
        ]

    def __str__(self) -> str:
        return f"extension {self.extension_id}"


class QueueSoundUse(models.TextChoices):
    INTRO = "intro", "Introduction"
    MUSIC = "music", "Music on hold"
    CALLBACK = "callback", "Words about the callback"


class CallQueueSound(models.Model):
    """A file of the tenant. `stored_file_id` is the row of `tenants.files`, whose name is kept for the workers; `said`
    is the text of what the system's own voice speaks, which follows the queue's key and language.
    """

    queue = models.ForeignKey(CallQueue, on_delete=models.CASCADE, related_name="sounds", db_constraint=False)
    use = models.CharField(max_length=8, choices=QueueSoundUse.choices)
    name = models.CharField(max_length=100, validators=[NO_CONTROL_CHARACTERS])
    said = models.TextField(blank=True, default="", db_default="", max_length=300)
    length_s = models.FloatField()
    stored_file_id = models.BigIntegerField(unique=True, editable=False)
    stored_name = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantSchemaManager["CallQueueSound"]()

    class Meta:
        ordering = ("use",)
        constraints = [
            models.UniqueConstraint(fields=["queue", "use"], name="call_queue_sound_is_one"),
            models.CheckConstraint(
                condition=Q(use__regex=r"^(intro|music|callback)$"), name="call_queue_sound_use_is_known"
            ),
            models.CheckConstraint(
                condition=Q(stored_name__regex=r"^[0-9a-f]{16,64}$"), name="call_queue_sound_is_random"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QueueAgent(models.Model):
    """Whether a member takes calls of a queue. Without a row, as the queue's own rule has it."""

    queue = models.ForeignKey(CallQueue, on_delete=models.CASCADE, related_name="agents", db_constraint=False)
    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    is_signed_in = models.BooleanField()
    is_paused = models.BooleanField(default=False)
    pause_reason = models.CharField(max_length=64, blank=True, default="", validators=[NO_CONTROL_CHARACTERS])
    since = models.DateTimeField()

    objects = TenantSchemaManager["QueueAgent"]()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["queue", "extension"], name="queue_agent_is_unique"),
            models.CheckConstraint(
                condition=Q(is_paused=False) | Q(is_signed_in=True), name="queue_agent_pauses_signed_in"
            ),
        ]

    def __str__(self) -> str:
        return f"extension {self.extension_id}"
