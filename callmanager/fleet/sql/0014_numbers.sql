-- What the workers must learn of numbers: the tenant's country, the platform's lists, a trunk's header parameters.
-- Frozen: a later change is a new numbered file beside this one.

CREATE OR REPLACE FUNCTION public.tenant_revise() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.config_rev := greatest(NEW.config_rev, OLD.config_rev);
    IF NEW.config_rev = OLD.config_rev
       AND (NEW.name, NEW.sip_domain, NEW.is_enabled, NEW.time_zone, NEW.max_simultaneous_calls, NEW.country)
           IS DISTINCT FROM
           (OLD.name, OLD.sip_domain, OLD.is_enabled, OLD.time_zone, OLD.max_simultaneous_calls, OLD.country)
    THEN
        NEW.config_rev := OLD.config_rev + 1;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.all_tenants_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.tenants_tenant SET config_rev = config_rev + 1;
    RETURN NULL;
END
$$;

CREATE TRIGGER all_tenants_changed
    AFTER INSERT OR UPDATE OR DELETE ON public.system_disallowed_code
    FOR EACH STATEMENT EXECUTE FUNCTION public.all_tenants_changed();
CREATE TRIGGER all_tenants_changed
    AFTER INSERT OR UPDATE OR DELETE ON public.system_blocked_number
    FOR EACH STATEMENT EXECUTE FUNCTION public.all_tenants_changed();

CREATE FUNCTION public.trunk_parameters_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    UPDATE public.tenants_tenant SET config_rev = config_rev + 1
     WHERE id IN (SELECT tenant_id FROM public.trunk_assignment WHERE trunk_id IN (OLD.trunk_id, NEW.trunk_id));
    PERFORM set_config('tandem.tenant_id', row_scope, true);
    RETURN NULL;
END
$$;

CREATE TRIGGER trunk_parameters_changed
    AFTER INSERT OR UPDATE OR DELETE ON public.trunk_header_rule
    FOR EACH ROW EXECUTE FUNCTION public.trunk_parameters_changed();
CREATE TRIGGER trunk_parameters_changed
    AFTER INSERT OR UPDATE OR DELETE ON public.trunk_caller_mapping
    FOR EACH ROW EXECUTE FUNCTION public.trunk_parameters_changed();
