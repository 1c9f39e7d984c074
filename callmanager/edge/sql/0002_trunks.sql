-- What the edge sees of trunks: the addresses their calls come from, and whose number is called.
--
-- Run once, inside a migration, after trunk and trunk_assignment exist in schema public.
-- Frozen: a later change is a new numbered file beside this one.

-- Whose number is it? The pools as intervals among the numbers of one length; digits 0 stands for every number.
-- Derived from the pool by trigger, which reads what the application has checked.
CREATE TABLE public.trunk_did (
    assignment_id bigint NOT NULL REFERENCES public.trunk_assignment ON DELETE CASCADE,
    trunk_id bigint NOT NULL,
    tenant_id bigint NOT NULL,
    digits smallint NOT NULL,
    first numeric(32) NOT NULL,
    last numeric(32) NOT NULL
);
CREATE INDEX trunk_did_by_number ON public.trunk_did (trunk_id, digits, first);
CREATE INDEX trunk_did_by_assignment ON public.trunk_did (assignment_id);

CREATE FUNCTION public.trunk_did_derive() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    part text;
    ends text[];
BEGIN
    DELETE FROM public.trunk_did WHERE assignment_id = NEW.id;
    FOREACH part IN ARRAY string_to_array(translate(NEW.did_pool, ' +', ''), ';') LOOP
        CONTINUE WHEN part = '';
        ends := CASE
            WHEN part = '*' THEN ARRAY['', '']
            WHEN part LIKE '%-%' THEN string_to_array(part, '-')
            ELSE ARRAY[replace(part, '*', '0'), replace(part, '*', '9')]
        END;
        INSERT INTO public.trunk_did VALUES
            (NEW.id, NEW.trunk_id, NEW.tenant_id, length(ends[1]), ('0' || ends[1])::numeric, ('0' || ends[2])::numeric);
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER trunk_did_derive
    AFTER INSERT OR UPDATE ON public.trunk_assignment
    FOR EACH ROW EXECUTE FUNCTION public.trunk_did_derive();

-- For the edge: `called` is a number without +; digits only, the edge sees to that.
CREATE FUNCTION public.edge_find_did(trunk bigint, called text)
RETURNS TABLE (tenant_id bigint, domain text, is_enabled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT owner.id, lower(owner.sip_domain), owner.is_enabled
      FROM public.trunk_did AS did
      JOIN public.tenants_tenant AS owner ON owner.id = did.tenant_id
     WHERE did.trunk_id = trunk
       AND (did.digits = 0 OR (did.digits = length(called) AND called::numeric BETWEEN did.first AND did.last))
     LIMIT 1
$$;

-- The addresses that a trunk's host names stand for at present; the edge link keeps them.
CREATE TABLE public.trunk_address (
    trunk_id bigint NOT NULL REFERENCES public.trunk ON DELETE CASCADE,
    address inet NOT NULL,
    PRIMARY KEY (trunk_id, address)
);

-- In the columns of the edge's module `permissions`: group 10, the tag is the trunk.
CREATE VIEW public.edge_trunk_address AS
SELECT row_number() OVER (ORDER BY source.trunk_id, source.address)::int AS id,
       10 AS grp,
       host(source.address)::varchar AS ip_addr,
       masklen(source.address) AS mask,
       0 AS port,
       source.trunk_id::varchar AS tag
  FROM (
        SELECT trunk.id AS trunk_id, network(written::inet)::inet AS address
          FROM public.trunk, unnest(trunk.addresses) AS written
         WHERE trunk.is_enabled AND trunk.authentication <> 'accept_register'
        UNION
        SELECT resolved.trunk_id, resolved.address
          FROM public.trunk_address AS resolved
          JOIN public.trunk ON trunk.id = resolved.trunk_id
         WHERE trunk.is_enabled AND trunk.authentication <> 'accept_register'
       ) AS source;

-- Always empty: registrations come by RPC, because here a password would have to stand in clear.
CREATE VIEW public.edge_uacreg AS
SELECT 0 AS id, ''::varchar AS l_uuid, ''::varchar AS l_username, ''::varchar AS l_domain, ''::varchar AS r_username,
       ''::varchar AS r_domain, ''::varchar AS realm, ''::varchar AS auth_username, ''::varchar AS auth_password,
       ''::varchar AS auth_ha1, ''::varchar AS auth_proxy, 0 AS expires, 0 AS flags, 0 AS reg_delay,
       ''::varchar AS contact_addr, ''::varchar AS socket
 WHERE false;

INSERT INTO public.version (table_name, table_version) VALUES ('edge_trunk_address', 6), ('edge_uacreg', 5);

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tandem_edge') THEN
        GRANT SELECT ON public.edge_trunk_address, public.edge_uacreg TO tandem_edge;
        GRANT EXECUTE ON FUNCTION public.edge_find_did TO tandem_edge;
    END IF;
END
$$;
