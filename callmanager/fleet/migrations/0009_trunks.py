"""Trunks and whom they are lent to."""

from __future__ import annotations

from pathlib import Path

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import callmanager.fleet.models.trunk
import tenants.encrypted_field

FLEET = Path(__file__).parent.parent
SQL = FLEET / "sql" / "0009_trunks.sql"
EDGE_SQL = FLEET.parent / "edge" / "sql" / "0002_trunks.sql"


class Migration(migrations.Migration):

    dependencies = [
        ('fleet', '0008_registration_failures'),
        ('tenants', '0006_tenant_options_and_files'),
    ]

    operations = [
        migrations.CreateModel(
            name='Trunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True, validators=[django.core.validators.RegexValidator('^[^\\x00-\\x1f\\x7f]+\\Z', 'No line breaks or control characters.', code='invalid')])),
                ('country', models.CharField(blank=True, default='', help_text='Two letters; empty: generic.', max_length=2)),
                ('brand', models.CharField(default='generic', help_text='The template this trunk began with.', max_length=40)),
                ('website', models.URLField(blank=True, default='')),
                ('authentication', models.CharField(choices=[('register', 'Register at the provider'), ('ip', "By the provider's addresses"), ('accept_register', 'The gateway registers here')], default='register', max_length=16, verbose_name='authentication mode')),
                ('host', models.CharField(help_text="The provider's SIP server. Where the gateway registers here: a domain of your own choice for it.", max_length=253, validators=[callmanager.fleet.models.trunk.validate_host])),
                ('port', models.PositiveIntegerField(default=5060, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)])),
                ('outbound_proxy', models.CharField(blank=True, default='', max_length=253, validators=[callmanager.fleet.models.trunk.validate_host])),
                ('outbound_proxy_port', models.PositiveIntegerField(default=0, help_text='0: the usual one of the transport.', validators=[django.core.validators.MaxValueValidator(65535)])),
                ('transport', models.CharField(choices=[('udp', 'UDP'), ('tcp', 'TCP'), ('tls', 'TLS')], default='udp', max_length=3)),
                ('srtp', models.CharField(choices=[('off', 'Off'), ('optional', 'If the provider offers it'), ('required', 'Always')], default='off', max_length=8, verbose_name='SRTP')),
                ('reregister_interval_s', models.PositiveIntegerField(default=600, validators=[django.core.validators.MinValueValidator(60), django.core.validators.MaxValueValidator(86400)], verbose_name='re-register every (s)')),
                ('is_same_lan', models.BooleanField(default=False, verbose_name='in the same network as this PBX')),
                ('is_single_via', models.BooleanField(default=True, help_text='Hides the inner parts of this PBX from the provider. Most providers want it.', verbose_name='accepts a single Via only')),
                ('username', models.CharField(blank=True, default='', max_length=128, validators=[django.core.validators.RegexValidator("^[A-Za-z0-9_.+!~*'()&=$,;?/-]*\\Z", 'Only what a SIP address may contain before its @.', code='user')])),
                ('authorization_name', models.CharField(blank=True, default='', max_length=128, validators=[django.core.validators.RegexValidator("^[A-Za-z0-9_.+!~*'()&=$,;?/-]*\\Z", 'Only what a SIP address may contain before its @.', code='user')])),
                ('password', tenants.encrypted_field.EncryptedTextField(blank=True, default='')),
                ('addresses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=43, validators=[callmanager.fleet.models.trunk.validate_address]), blank=True, default=list, help_text='More addresses that calls of this provider come from.', size=200, verbose_name='associated addresses')),
                ('codecs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('PCMA', 'G.711 A-law'), ('PCMU', 'G.711 µ-law'), ('G722', 'G.722'), ('G729', 'G.729'), ('opus', 'Opus'), ('GSM', 'GSM')], max_length=8), blank=True, default=list, help_text='In order of preference; none: as this PBX offers them.', size=6)),
                ('max_calls', models.PositiveIntegerField(default=0, help_text='0: no limit.', validators=[django.core.validators.MaxValueValidator(100000)], verbose_name='simultaneous calls')),
                ('is_enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('contact_token', models.CharField(default=callmanager.fleet.models.trunk.new_contact_token, editable=False, max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'trunk',
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='TrunkAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('did_pool', models.TextField(blank=True, default='', help_text='Numbers, masks such as 44*****, ranges such as 1100-1200, separated by semicolons; * for all numbers of the trunk; empty: outbound calls only.', max_length=20000, verbose_name='DID pool')),
            ],
            options={
                'db_table': 'trunk_assignment',
                'ordering': ('trunk_id', 'tenant_id'),
            },
        ),
        migrations.CreateModel(
            name='TrunkStatus',
            fields=[
                ('trunk', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='status', serialize=False, to='fleet.trunk')),
                ('state', models.CharField(choices=[('ready', 'ready'), ('registered', 'registered'), ('registering', 'registering'), ('failed', 'failed'), ('unresolved', 'unresolved'), ('disabled', 'disabled')], max_length=12)),
                ('since', models.DateTimeField()),
                ('address', models.CharField(blank=True, default='', max_length=64)),
            ],
            options={
                'db_table': 'trunk_status',
            },
        ),
        migrations.AddConstraint(
            model_name='trunk',
            constraint=models.CheckConstraint(condition=models.Q(('reregister_interval_s__range', (60, 86400))), name='trunk_reregister_interval_in_range'),
        ),
        migrations.AddConstraint(
            model_name='trunk',
            constraint=models.CheckConstraint(condition=models.Q(('authentication', 'ip'), models.Q(('authorization_name', ''), _negated=True), _connector='OR'), name='trunk_registration_has_a_name'),
        ),
        migrations.AddField(
            model_name='trunkassignment',
            name='tenant',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='trunkassignment',
            name='trunk',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='fleet.trunk'),
        ),
        migrations.AddConstraint(
            model_name='trunkassignment',
            constraint=models.UniqueConstraint(fields=('trunk', 'tenant'), name='trunk_assigned_once'),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
        migrations.RunSQL(EDGE_SQL.read_text(encoding="utf-8")),
    ]
