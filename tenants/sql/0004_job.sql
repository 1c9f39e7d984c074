-- Row-level security on background jobs, and their end with their tenant.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.tenants_job
    ADD CONSTRAINT job_tenant FOREIGN KEY (tenant_id) REFERENCES public.tenants_tenant ON DELETE CASCADE;
ALTER TABLE public.tenants_job ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenants_job FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.tenants_job
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));
