-- Recordings: row-level security, their files and their extensions; what the workers learn of a tenant's options.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.recording ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.recording FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.recording
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));
ALTER TABLE public.recording
    ADD CONSTRAINT recording_file FOREIGN KEY (file_id) REFERENCES public.tenant_file ON DELETE CASCADE,
    ADD CONSTRAINT recording_tenant FOREIGN KEY (tenant_id) REFERENCES public.tenants_tenant (id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- Another number keeps its recordings; whoever gets the number of a deleted extension does not hear its.
CREATE FUNCTION public.recording_follows_extension() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
    owner bigint := (SELECT id FROM public.tenants_tenant WHERE schema_name = TG_TABLE_SCHEMA);
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    UPDATE public.recording
       SET parties = CASE TG_OP WHEN 'DELETE' THEN array_remove(parties, OLD.number)
                                ELSE array_replace(parties, OLD.number, NEW.number) END
     WHERE tenant_id = owner AND parties @> ARRAY[OLD.number]::varchar(20)[];
    PERFORM set_config('tandem.tenant_id', row_scope, true);
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION public.tenant_revise() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.config_rev := greatest(NEW.config_rev, OLD.config_rev);
    IF NEW.config_rev = OLD.config_rev
       AND (NEW.name, NEW.sip_domain, NEW.is_enabled, NEW.time_zone, NEW.max_simultaneous_calls,
            NEW.country, NEW.are_audio_calls_recorded, NEW.is_recorded_in_two_tracks, NEW.recording_announcement,
            NEW.may_extensions_record)
           IS DISTINCT FROM
           (OLD.name, OLD.sip_domain, OLD.is_enabled, OLD.time_zone, OLD.max_simultaneous_calls,
            OLD.country, OLD.are_audio_calls_recorded, OLD.is_recorded_in_two_tracks, OLD.recording_announcement,
            OLD.may_extensions_record)
    THEN
        NEW.config_rev := OLD.config_rev + 1;
    END IF;
    RETURN NEW;
END
$$;
