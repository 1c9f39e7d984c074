-- Messages: row-level security, and what happens to them with their files and their extensions.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.voicemail ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.voicemail FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.voicemail
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));
ALTER TABLE public.voicemail
    ADD CONSTRAINT voicemail_file FOREIGN KEY (file_id) REFERENCES public.tenant_file ON DELETE CASCADE;

-- Once per statement on callmanager_extension, with the new rows as `added`: nobody is without a mailbox.
CREATE FUNCTION public.extension_gets_mailbox() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO %1$I.callmanager_mailbox (extension_id) SELECT id FROM added', TG_TABLE_SCHEMA);
    RETURN NULL;
END
$$;

-- Another number keeps its messages; a deleted extension's go, and the sweep takes their files from the disk.
CREATE FUNCTION public.voicemail_follows_extension() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
    owner bigint := (SELECT id FROM public.tenants_tenant WHERE schema_name = TG_TABLE_SCHEMA);
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.tenant_file
         WHERE id IN (SELECT file_id FROM public.voicemail WHERE tenant_id = owner AND mailbox = OLD.number);
    ELSE
        UPDATE public.voicemail SET mailbox = NEW.number WHERE tenant_id = owner AND mailbox = OLD.number;
    END IF;
    PERFORM set_config('tandem.tenant_id', row_scope, true);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.greeting_takes_its_file() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    DELETE FROM public.tenant_file WHERE id = OLD.stored_file_id;
    PERFORM set_config('tandem.tenant_id', row_scope, true);
    RETURN NULL;
END
$$;
