"""A worker process as it reports itself. Belongs to no tenant."""

from __future__ import annotations

from django.db import models


class WorkerState(models.TextChoices):
    UP = "up"
    DRAINING = "draining"
    DOWN = "down"


class WorkerNode(models.Model):
    worker = models.CharField(max_length=64, primary_key=True)
    sip_uri = models.CharField(max_length=128)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=WorkerState.choices)

    class Meta:
        db_table = "worker_node"
        ordering = ("worker",)

    def __str__(self) -> str:
        return self.worker
