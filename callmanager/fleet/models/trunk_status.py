"""How a trunk fares, as the edge link found it last, and what was told of it."""

from __future__ import annotations

from django.db import models

from callmanager.domain.trunk_accounts import TrunkState
from callmanager.fleet.models.trunk import Trunk


class TrunkStatus(models.Model):
    trunk = models.OneToOneField(Trunk, primary_key=True, on_delete=models.CASCADE, related_name="status")
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in TrunkState])
    since = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True, default="")
    round_trip_ms = models.FloatField(null=True, blank=True)
    calls = models.PositiveIntegerField(default=0)
    # The last thing that went wrong; it stays when all is well again.
    error_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error_reason = models.CharField(max_length=120, blank=True, default="")
    error_at = models.DateTimeField(null=True, blank=True)
    # What programs and the event log were told last, and when.
    is_told_usable = models.BooleanField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    # An outage: since when no call has been possible, and when administrators were written to.
    down_since = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "trunk_status"

    def __str__(self) -> str:
        return self.state
