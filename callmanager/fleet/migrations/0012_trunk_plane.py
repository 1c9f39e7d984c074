"""How trunks are treated and fare, and where the gateways are that register here."""

from pathlib import Path

import django.core.validators
from django.db import migrations, models

import callmanager.fleet.models.trunk

EDGE_SQL = Path(__file__).parents[2] / "edge" / "sql" / "0003_trunk_locations.sql"


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0011_cdr_trunks'),
    ]

    operations = [
        migrations.AddField(
            model_name='trunk',
            name='called_number_header',
            field=models.CharField(blank=True, default='', max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z][A-Za-z0-9-]*\\Z', "A header's name: letters, digits, hyphens.", code='header')], verbose_name='header of the called number'),
        ),
        migrations.AddField(
            model_name='trunk',
            name='called_number_source',
            field=models.CharField(choices=[('auto', 'Request-URI, or To if that holds no number'), ('request_uri', 'Request-URI'), ('to', 'To'), ('called_party', 'P-Called-Party-ID'), ('header', 'Another header')], default='auto', help_text="Which part of the provider's INVITE says whom it is for.", max_length=12, verbose_name='called number of inbound calls'),
        ),
        migrations.AddField(
            model_name='trunk',
            name='ping_interval_s',
            field=models.PositiveIntegerField(default=60, help_text='By OPTIONS: shows the round-trip time, and whether a provider known by address answers. 0: never.', validators=[callmanager.fleet.models.trunk.validate_ping_interval], verbose_name='ask whether it answers every (s)'),
        ),
        migrations.AddField(
            model_name='trunkstatus',
            name='calls',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='trunkstatus',
            name='down_since',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='trunkstatus',
            name='error_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='trunkstatus',
            name='error_code',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='trunkstatus',
            name='error_reason',
            field=models.CharField(blank=True, default='', max_length=120),
        ),
        migrations.AddField(
            model_name='trunkstatus',
            name='is_told_usable',
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='trunkstatus',
            name='mailed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='trunkstatus',
            name='round_trip_ms',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='trunkstatus',
            name='told_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='trunkstatus',
            name='state',
            field=models.CharField(choices=[('ready', 'ready'), ('registered', 'registered'), ('registering', 'registering'), ('failed', 'failed'), ('offline', 'offline'), ('silent', 'silent'), ('unresolved', 'unresolved'), ('disabled', 'disabled')], max_length=12),
        ),
        migrations.AlterModelOptions(
            name='trunkassignment',
            options={'ordering': ('trunk_id', 'tenant_id'), 'verbose_name': 'trunk'},
        ),
        migrations.RunSQL(EDGE_SQL.read_text(encoding="utf-8")),
    ]
