-- Whose call records were kept: remembered in the transaction that deletes the tenant.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.deleted_tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.deleted_tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY administrators ON public.deleted_tenant
    USING ((SELECT current_setting('tandem.tenant_id', true)) = 'all');

CREATE FUNCTION public.tenant_remember() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    INSERT INTO public.deleted_tenant (tenant_id, name, display_name, sip_domain)
    SELECT OLD.id, OLD.name, OLD.display_name, OLD.sip_domain
     WHERE EXISTS (SELECT FROM public.cdr WHERE tenant_id = OLD.id);
    PERFORM set_config('tandem.tenant_id', row_scope, true);
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_remember
    AFTER DELETE ON public.tenants_tenant
    FOR EACH ROW WHEN (OLD.are_cdrs_kept) EXECUTE FUNCTION public.tenant_remember();

-- Those that are gone already: what their records say of them.
SELECT set_config('tandem.tenant_id', 'all', true);
INSERT INTO public.deleted_tenant (tenant_id, name, display_name, sip_domain, deleted_at)
SELECT tenant_id, left(min(tenant_name), 32), left(min(tenant_name), 100), '', max(ended_at)
  FROM public.cdr
 WHERE NOT EXISTS (SELECT FROM public.tenants_tenant WHERE id = cdr.tenant_id)
 GROUP BY tenant_id;
SELECT set_config('tandem.tenant_id', '', true);
