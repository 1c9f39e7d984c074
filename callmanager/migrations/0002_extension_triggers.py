"""Whoever writes an extension, the SIP directory and the tenant's revision follow in the same transaction."""

from __future__ import annotations

from django.db import migrations

SQL = """
CREATE TRIGGER extension_to_sip_directory
    AFTER INSERT OR UPDATE OR DELETE ON callmanager_extension
    FOR EACH ROW EXECUTE FUNCTION public.extension_to_sip_directory();
CREATE TRIGGER tenant_config_changed
    AFTER INSERT OR UPDATE OR DELETE ON callmanager_extension
    FOR EACH STATEMENT EXECUTE FUNCTION public.tenant_config_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("callmanager", "0001_initial"), ("fleet", "0003_directory_triggers")]
    operations = [migrations.RunSQL(SQL)]
