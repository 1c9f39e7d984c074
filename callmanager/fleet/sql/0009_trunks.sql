-- Trunks: what the workers and the edge must learn of a change, and who may see which assignment.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.trunk_assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.trunk_assignment FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.trunk_assignment
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));

-- A trunk's change is in the snapshot of each tenant that has it.
CREATE FUNCTION public.trunk_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    PERFORM pg_notify('edge_cache', 'trunks reload');
    IF TG_OP = 'UPDATE' THEN
        PERFORM set_config('tandem.tenant_id', 'all', true);
        UPDATE public.tenants_tenant SET config_rev = config_rev + 1
         WHERE id IN (SELECT tenant_id FROM public.trunk_assignment WHERE trunk_id = NEW.id);
        PERFORM set_config('tandem.tenant_id', row_scope, true);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER trunk_changed
    AFTER INSERT OR UPDATE OR DELETE ON public.trunk
    FOR EACH ROW EXECUTE FUNCTION public.trunk_changed();

CREATE FUNCTION public.trunk_assignment_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('edge_cache', 'trunks reload');
    UPDATE public.tenants_tenant SET config_rev = config_rev + 1
     WHERE id IN (OLD.tenant_id, NEW.tenant_id);
    RETURN NULL;
END
$$;

CREATE TRIGGER trunk_assignment_changed
    AFTER INSERT OR UPDATE OR DELETE ON public.trunk_assignment
    FOR EACH ROW EXECUTE FUNCTION public.trunk_assignment_changed();

CREATE FUNCTION public.tenant_returns_trunks() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    DELETE FROM public.trunk_assignment WHERE tenant_id = OLD.id;
    PERFORM set_config('tandem.tenant_id', row_scope, true);
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_returns_trunks
    AFTER DELETE ON public.tenants_tenant
    FOR EACH ROW EXECUTE FUNCTION public.tenant_returns_trunks();
