-- The workers learn of the limit of calls; the records of a deleted tenant stay if that was the word.
-- Frozen: a later change is a new numbered file beside this one.

CREATE OR REPLACE FUNCTION public.tenant_revise() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.config_rev := greatest(NEW.config_rev, OLD.config_rev);
    IF NEW.config_rev = OLD.config_rev
       AND (NEW.name, NEW.sip_domain, NEW.is_enabled, NEW.time_zone, NEW.max_simultaneous_calls)
           IS DISTINCT FROM (OLD.name, OLD.sip_domain, OLD.is_enabled, OLD.time_zone, OLD.max_simultaneous_calls)
    THEN
        NEW.config_rev := OLD.config_rev + 1;
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION public.tenant_announce() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_notify('tenant_config', NEW.id || ':' || NEW.config_rev);
        PERFORM pg_notify('edge_cache', 'tenants ' || NEW.sip_domain);
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.sip_directory WHERE tenant_id = OLD.id;
        IF OLD.are_cdrs_kept THEN
            PERFORM set_config('tandem.tenant_id', 'all', true);
            DELETE FROM public.registration WHERE tenant_id = OLD.id;
            DELETE FROM public.open_call WHERE tenant_id = OLD.id;
            PERFORM set_config('tandem.tenant_id', row_scope, true);
        ELSE
            PERFORM public.forget_tenant_rows(OLD.id);
        END IF;
        PERFORM pg_notify('tenant_config', OLD.id || ':' || OLD.config_rev + 1);
        PERFORM pg_notify('edge_cache', 'tenants ' || OLD.sip_domain);
        RETURN NULL;
    END IF;
    IF NEW.config_rev <> OLD.config_rev THEN
        PERFORM pg_notify('tenant_config', NEW.id || ':' || NEW.config_rev);
    END IF;
    IF (NEW.sip_domain, NEW.is_enabled) IS DISTINCT FROM (OLD.sip_domain, OLD.is_enabled) THEN
        PERFORM pg_notify('edge_cache', 'tenants ' || domain)
           FROM (SELECT OLD.sip_domain UNION SELECT NEW.sip_domain) AS changed (domain);
        -- What the edge remembers of an extension includes whether its tenant is enabled.
        PERFORM pg_notify('edge_cache', 'auth ' || username || '@' || domain)
           FROM public.sip_directory WHERE tenant_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;

-- For the list across tenants, which also holds the records of those that are gone.
CREATE INDEX cdr_by_time ON public.cdr (started_at DESC, id DESC);
