"""A company's switch for monitoring."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callmanager", "0012_dial_codes")]
    operations = [
        migrations.AddField(
            model_name="dialcodesettings",
            name="is_monitoring_enabled",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The monitors of a group may listen to calls, as the group allows them.",
                verbose_name="monitoring",
            ),
        ),
    ]
