"""Callers of a queue are told of the key by which they are called back."""

from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callmanager", "0028_conference_destinations")]
    operations = [
        migrations.AddField(
            model_name="callqueuesound",
            name="said",
            field=models.TextField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AlterField(
            model_name="callqueuesound",
            name="use",
            field=models.CharField(
                choices=[
                    ("intro", "Introduction"),
                    ("music", "Music on hold"),
                    ("callback", "Words about the callback"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="callqueue",
            name="callback_key",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Whoever presses it hangs up and keeps their place: the agent whose turn it is calls them. "
                "Callers are told of the key between the announcements. Empty: nobody is called back.",
                max_length=1,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[0-9*#]\\Z", "One of 0 to 9, * and #.", code="key"
                    )
                ],
                verbose_name="key to be called back",
            ),
        ),
        migrations.RemoveConstraint(model_name="callqueuesound", name="call_queue_sound_use_is_known"),
        migrations.AddConstraint(
            model_name="callqueuesound",
            constraint=models.CheckConstraint(
                condition=models.Q(("use__regex", "^(intro|music|callback)$")),
                name="call_queue_sound_use_is_known",
            ),
        ),
    ]
