"""Groups, and the default one in every tenant, with everybody who is there already.

External calls and paging are what the default group gives: a new company can use its phones, and nobody looks
at others or enters the console before somebody decides so.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

SQL = """
ALTER TABLE callmanager_groupmembership
    ADD CONSTRAINT group_membership_group FOREIGN KEY (group_id)
        REFERENCES callmanager_extensiongroup ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT group_membership_extension FOREIGN KEY (extension_id)
        REFERENCES callmanager_extension ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE callmanager_groupmonitor
    ADD CONSTRAINT group_monitor_group FOREIGN KEY (group_id)
        REFERENCES callmanager_extensiongroup ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT group_monitor_extension FOREIGN KEY (extension_id)
        REFERENCES callmanager_extension ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

CREATE TRIGGER extension_joins_default_group
    AFTER INSERT ON callmanager_extension REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION public.extension_joins_default_group();
CREATE CONSTRAINT TRIGGER extension_keeps_a_group
    AFTER DELETE OR UPDATE ON callmanager_groupmembership DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.extension_keeps_a_group();
CREATE TRIGGER default_group_is_not_deleted
    BEFORE DELETE ON callmanager_extensiongroup
    FOR EACH ROW WHEN (OLD.is_default) EXECUTE FUNCTION public.default_group_stays();
CREATE TRIGGER default_group_is_not_renamed
    BEFORE UPDATE ON callmanager_extensiongroup
    FOR EACH ROW WHEN (OLD.is_default) EXECUTE FUNCTION public.default_group_stays();
CREATE TRIGGER tenant_config_changed
    AFTER INSERT OR UPDATE OR DELETE ON callmanager_extensiongroup
    FOR EACH STATEMENT EXECUTE FUNCTION public.tenant_config_changed();
CREATE TRIGGER tenant_config_changed
    AFTER INSERT OR UPDATE OR DELETE ON callmanager_groupmembership
    -- What joining the default group changes, the new extension has announced already.
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.tenant_config_changed();
CREATE TRIGGER tenant_config_changed
    AFTER INSERT OR UPDATE OR DELETE ON callmanager_groupmonitor
    FOR EACH STATEMENT EXECUTE FUNCTION public.tenant_config_changed();

INSERT INTO callmanager_extensiongroup
    (name, description, is_default, may_see_members, may_see_member_calls, may_use_console, may_page,
     may_call_external, managers_may_change, is_monitoring_allowed, monitor_scope, created_at, updated_at)
VALUES ('DEFAULT', 'Every new extension begins here', true, false, false, false, true, true, false, false,
        'everybody', now(), now());
INSERT INTO callmanager_groupmembership (group_id, extension_id, is_manager)
SELECT chosen.id, extension.id, false FROM callmanager_extension AS extension
 CROSS JOIN callmanager_extensiongroup AS chosen;
-- The indexes are made after this, and not while checks wait.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('callmanager', '0002_extension_triggers'),
        ('fleet', '0005_group_triggers'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExtensionGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, validators=[django.core.validators.RegexValidator('^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+\\Z', 'No line breaks or control characters.')], verbose_name='group name')),
                ('description', models.CharField(blank=True, default='', max_length=200, verbose_name='group description')),
                ('is_default', models.BooleanField(default=False, editable=False)),
                ('may_see_members', models.BooleanField(default=False, help_text='Members see number and name of everybody in this group, in the console and by REST.', verbose_name='see group members')),
                ('may_see_member_calls', models.BooleanField(default=False, help_text='Members see the running calls and the call records of everybody in this group.', verbose_name="see members' calls")),
                ('may_use_console', models.BooleanField(default=False, help_text='Members may enter this console with number, SIP domain and web password, and see there what their groups let them see.', verbose_name='allow access to the management console')),
                ('may_page', models.BooleanField(default=False, help_text='Members may call paging and intercom groups.', verbose_name='allow paging and intercom')),
                ('may_call_external', models.BooleanField(default=False, help_text='Members may call numbers outside the company, by a trunk. Without it such calls are refused.', verbose_name='allow external calls')),
                ('managers_may_change', models.BooleanField(default=False, help_text="Managers of this group always see its members and their calls. With this they may also change the members' names and ring times, switch them on and off, and end their calls.", verbose_name='managers may change members')),
                ('is_monitoring_allowed', models.BooleanField(default=False, help_text='The monitors chosen below may listen to calls, whisper, barge in and take calls over. It takes effect once monitoring is switched on for the company.', verbose_name='allow monitor')),
                ('monitor_scope', models.CharField(choices=[('everybody', 'Every extension of the company'), ('members', 'Members of this group only')], default='everybody', max_length=9, verbose_name='whose calls')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ('-is_default', django.db.models.functions.text.Lower('name')),
            },
        ),
        migrations.CreateModel(
            name='GroupMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_manager', models.BooleanField(default=False, verbose_name='manager')),
                ('extension', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='callmanager.extension')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='callmanager.extensiongroup')),
            ],
        ),
        migrations.AddField(
            model_name='extensiongroup',
            name='members',
            field=models.ManyToManyField(related_name='groups', through='callmanager.GroupMembership', to='callmanager.extension'),
        ),
        migrations.CreateModel(
            name='GroupMonitor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('extension', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='callmanager.extension')),
                ('group', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='monitors', to='callmanager.extensiongroup')),
            ],
        ),
        migrations.AddConstraint(
            model_name='groupmembership',
            constraint=models.UniqueConstraint(fields=('group', 'extension'), name='group_membership_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='extensiongroup',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='extension_group_name_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='extensiongroup',
            constraint=models.UniqueConstraint(models.F('is_default'), condition=models.Q(('is_default', True)), name='extension_group_default_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='extensiongroup',
            constraint=models.CheckConstraint(condition=models.Q(('monitor_scope', 'everybody'), ('monitor_scope', 'members'), _connector='OR'), name='extension_group_monitor_scope_is_known'),
        ),
        migrations.AddConstraint(
            model_name='groupmonitor',
            constraint=models.UniqueConstraint(fields=('group', 'extension'), name='group_monitor_is_unique'),
        ),
        migrations.RunSQL(SQL),
    ]
