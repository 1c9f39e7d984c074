-- What a tenant's files take, kept by the database so that no way of adding or deleting rows is missed.
-- Frozen: a later change is a new numbered file beside this one.

CREATE FUNCTION public.tenant_file_counted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.tenant_file_usage AS usage (tenant_id, kind, size_bytes, file_count)
        SELECT tenant_id, kind, sum(size_bytes), count(*) FROM added GROUP BY tenant_id, kind
        ON CONFLICT (tenant_id, kind) DO UPDATE
            SET size_bytes = usage.size_bytes + EXCLUDED.size_bytes,
                file_count = usage.file_count + EXCLUDED.file_count;
    ELSE
        UPDATE public.tenant_file_usage AS usage
           SET size_bytes = usage.size_bytes - gone.size_bytes,
               file_count = usage.file_count - gone.file_count
          FROM (SELECT tenant_id, kind, sum(size_bytes) AS size_bytes, count(*) AS file_count
                  FROM removed GROUP BY tenant_id, kind) AS gone
         WHERE usage.tenant_id = gone.tenant_id AND usage.kind = gone.kind;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_file_added
    AFTER INSERT ON public.tenant_file REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION public.tenant_file_counted();

CREATE TRIGGER tenant_file_removed
    AFTER DELETE ON public.tenant_file REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION public.tenant_file_counted();

ALTER TABLE public.tenant_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_file FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.tenant_file
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));
ALTER TABLE public.tenant_file_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_file_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.tenant_file_usage
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));
ALTER TABLE public.tenant_file ADD CONSTRAINT tenant_file_of_tenant
    FOREIGN KEY (tenant_id) REFERENCES public.tenants_tenant (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.tenant_file_usage ADD CONSTRAINT tenant_file_usage_of_tenant
    FOREIGN KEY (tenant_id) REFERENCES public.tenants_tenant (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
