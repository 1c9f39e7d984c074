-- Keeps the SIP directory, revisions and notifications in step with configuration, whoever writes it.
-- The functions stand in public; the triggers on tenants' tables are made in every tenant's schema.
-- Frozen: a later change is a new numbered file beside this one.

-- Row by row on callmanager_extension: what the edge must know, and the user behind the number.
CREATE FUNCTION public.extension_to_sip_directory() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    owner public.tenants_tenant%ROWTYPE;
BEGIN
    SELECT * INTO owner FROM public.tenants_tenant WHERE schema_name = TG_TABLE_SCHEMA;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'schema % belongs to no tenant', TG_TABLE_SCHEMA;
    END IF;

    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.sip_directory WHERE tenant_id = owner.id AND username = OLD.number;
        -- Retired, not deleted: the audit log points at this person, and the number may be given to another one.
        UPDATE public.tenants_apitoken SET revoked_at = now()
         WHERE revoked_at IS NULL
           AND user_id IN (SELECT id FROM public.tenants_user
                            WHERE tenant_id = owner.id AND role = 'extension' AND extension_number = OLD.number);
        UPDATE public.tenants_user
           SET is_active = false,
               login_generation = login_generation + 1,
               username = username || '#' || id,
               email = '',
               extension_number = extension_number || '#' || id
         WHERE tenant_id = owner.id AND role = 'extension' AND extension_number = OLD.number;
        RETURN NULL;
    END IF;

    IF TG_OP = 'UPDATE' THEN
        IF OLD.number <> NEW.number THEN
            IF OLD.ha1 = NEW.ha1 THEN
                RAISE EXCEPTION 'the HA1 contains the number: set both' USING ERRCODE = 'check_violation';
            END IF;
            DELETE FROM public.sip_directory WHERE tenant_id = owner.id AND username = OLD.number;
            UPDATE public.tenants_user
               SET username = lower(NEW.number) || '@' || owner.name, extension_number = NEW.number
             WHERE tenant_id = owner.id AND role = 'extension' AND extension_number = OLD.number;
        END IF;
        IF OLD.is_enabled <> NEW.is_enabled THEN
            UPDATE public.tenants_user SET is_active = NEW.is_enabled
             WHERE tenant_id = owner.id AND role = 'extension' AND extension_number = NEW.number;
        END IF;
    END IF;

    INSERT INTO public.sip_directory AS entry (tenant_id, username, domain, ha1, is_enabled)
    VALUES (owner.id, NEW.number, owner.sip_domain, NEW.ha1, NEW.is_enabled)
    ON CONFLICT (tenant_id, username) DO UPDATE
        SET domain = EXCLUDED.domain, ha1 = EXCLUDED.ha1, is_enabled = EXCLUDED.is_enabled
      WHERE (entry.domain, entry.ha1, entry.is_enabled)
            IS DISTINCT FROM (EXCLUDED.domain, EXCLUDED.ha1, EXCLUDED.is_enabled);
    RETURN NULL;
END
$$;

-- Once per statement on every table a snapshot is made of.
CREATE FUNCTION public.tenant_config_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.tenants_tenant SET config_rev = config_rev + 1 WHERE schema_name = TG_TABLE_SCHEMA;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.sip_directory_announce() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM pg_notify('edge_cache', 'auth ' || OLD.username || '@' || OLD.domain);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('edge_cache', 'auth ' || NEW.username || '@' || NEW.domain);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER sip_directory_announce
    AFTER INSERT OR UPDATE OR DELETE ON public.sip_directory
    FOR EACH ROW EXECUTE FUNCTION public.sip_directory_announce();

-- A row written back by somebody who read it earlier must not take the revision back.
CREATE FUNCTION public.tenant_revise() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.config_rev := greatest(NEW.config_rev, OLD.config_rev);
    IF NEW.config_rev = OLD.config_rev
       AND (NEW.name, NEW.sip_domain, NEW.is_enabled, NEW.time_zone)
           IS DISTINCT FROM (OLD.name, OLD.sip_domain, OLD.is_enabled, OLD.time_zone) THEN
        NEW.config_rev := OLD.config_rev + 1;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER tenant_revise
    BEFORE UPDATE ON public.tenants_tenant
    FOR EACH ROW EXECUTE FUNCTION public.tenant_revise();

-- Events have no index by tenant; its records know their sessions.
CREATE FUNCTION public.forget_tenant_rows(gone_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    DELETE FROM public.registration WHERE tenant_id = gone_id;
    DELETE FROM public.open_call WHERE tenant_id = gone_id;
    DELETE FROM public.call_event USING public.cdr
     WHERE cdr.tenant_id = gone_id AND call_event.session_id = cdr.session_id;
    DELETE FROM public.cdr WHERE tenant_id = gone_id;
    PERFORM set_config('tandem.tenant_id', row_scope, true);
END
$$;

CREATE FUNCTION public.tenant_announce() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_notify('tenant_config', NEW.id || ':' || NEW.config_rev);
        PERFORM pg_notify('edge_cache', 'tenants ' || NEW.sip_domain);
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.sip_directory WHERE tenant_id = OLD.id;
        PERFORM public.forget_tenant_rows(OLD.id);
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

CREATE TRIGGER tenant_announce
    AFTER INSERT OR UPDATE OR DELETE ON public.tenants_tenant
    FOR EACH ROW EXECUTE FUNCTION public.tenant_announce();

-- HA1s contain the domain: whoever changes it must recompute them before the transaction ends.
CREATE FUNCTION public.tenant_domain_in_directory() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM public.sip_directory AS entry
          JOIN public.tenants_tenant AS tenant ON tenant.id = entry.tenant_id
         WHERE entry.tenant_id = NEW.id AND entry.domain <> tenant.sip_domain
    ) THEN
        RAISE EXCEPTION 'the SIP domain changed but not the extensions'' HA1' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER tenant_domain_in_directory
    AFTER UPDATE OF sip_domain ON public.tenants_tenant
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.sip_domain IS DISTINCT FROM NEW.sip_domain)
    EXECUTE FUNCTION public.tenant_domain_in_directory();
