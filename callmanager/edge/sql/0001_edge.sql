-- What the edge (Kamailio) sees of the database: its own tables, and views over the application's.
--
-- Run once, inside a migration, after tenants_tenant, sip_directory and worker_node exist in schema public.
-- Frozen: a later change is a new numbered file beside this one.
-- The views read with the rights of their owner, so tenants_tenant, sip_directory and worker_node must not
-- FORCE row-level security on that owner: the edge asks before it knows which tenant it is talking to.

CREATE TABLE public.version (
    id serial PRIMARY KEY,
    table_name varchar(32) NOT NULL CONSTRAINT version_table_name_idx UNIQUE,
    table_version integer NOT NULL DEFAULT 0
);

-- Kamailio refuses to start unless the version of every table or view it opens by name matches its own.
INSERT INTO public.version (table_name, table_version) VALUES
    ('version', 1),
    ('location', 9),
    ('edge_dispatcher', 4);

CREATE TABLE public.location (
    id serial PRIMARY KEY,
    ruid varchar(64) NOT NULL DEFAULT '' CONSTRAINT location_ruid_idx UNIQUE,
    username varchar(64) NOT NULL DEFAULT '',
    domain varchar(64),
    contact varchar(512) NOT NULL DEFAULT '',
    received varchar(128),
    path varchar(512),
    expires timestamp without time zone NOT NULL DEFAULT '2030-05-28 21:32:15',
    q real NOT NULL DEFAULT 1.0,
    callid varchar(255) NOT NULL DEFAULT 'Default-Call-ID',
    cseq integer NOT NULL DEFAULT 1,
    last_modified timestamp without time zone NOT NULL DEFAULT '2000-01-01 00:00:01',
    flags integer NOT NULL DEFAULT 0,
    cflags integer NOT NULL DEFAULT 0,
    user_agent varchar(255) NOT NULL DEFAULT '',
    socket varchar(64),
    methods integer,
    instance varchar(255),
    reg_id integer NOT NULL DEFAULT 0,
    server_id integer NOT NULL DEFAULT 0,
    connection_id integer NOT NULL DEFAULT 0,
    keepalive integer NOT NULL DEFAULT 0,
    partition integer NOT NULL DEFAULT 0
);
CREATE INDEX location_account_contact_idx ON public.location (username, domain, contact);
CREATE INDEX location_expires_idx ON public.location (expires);
CREATE INDEX location_tcpcon_idx ON public.location (connection_id);
CREATE INDEX location_connection_idx ON public.location (server_id, connection_id);

CREATE VIEW public.edge_auth AS
SELECT directory.username,
       directory.domain,
       directory.ha1,
       (directory.is_enabled AND tenant.is_enabled) AS is_enabled,
       directory.tenant_id
  FROM public.sip_directory AS directory
  JOIN public.tenants_tenant AS tenant ON tenant.id = directory.tenant_id;

CREATE VIEW public.edge_tenants AS
SELECT lower(tenant.sip_domain) AS domain,
       tenant.id AS tenant_id,
       tenant.is_enabled
  FROM public.tenants_tenant AS tenant
 WHERE tenant.sip_domain <> '';

-- Every known worker stays in the list, so that the hash of a tenant keeps pointing at the same place;
-- flag 4 (disabled) takes one that drains or is down out of the choice, 8 asks for OPTIONS pings.
CREATE VIEW public.edge_dispatcher AS
SELECT row_number() OVER (ORDER BY node.worker) AS id,
       1 AS setid,
       node.sip_uri AS destination,
       CASE WHEN node.state = 'up' THEN 8 ELSE 12 END AS flags,
       0 AS priority,
       ''::varchar AS attrs,
       node.worker AS description
  FROM public.worker_node AS node
 ORDER BY node.worker;

-- The edge link reloads the edge's list of workers when one comes, goes or drains (a heartbeat is no change).
CREATE FUNCTION public.edge_worker_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('edge_cache', 'dispatcher reload');
    RETURN NULL;
END
$$;

CREATE TRIGGER edge_worker_comes_or_goes
    AFTER INSERT OR DELETE ON public.worker_node
    FOR EACH ROW EXECUTE FUNCTION public.edge_worker_changed();

CREATE TRIGGER edge_worker_changes
    AFTER UPDATE ON public.worker_node
    FOR EACH ROW
    WHEN (OLD.sip_uri IS DISTINCT FROM NEW.sip_uri OR OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION public.edge_worker_changed();

-- The edge signs in as this role where the set-up created it (least privilege: it reads the views, owns no rows
-- but its registrations).
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tandem_edge') THEN
        GRANT USAGE ON SCHEMA public TO tandem_edge;
        GRANT SELECT ON public.version, public.edge_auth, public.edge_tenants, public.edge_dispatcher TO tandem_edge;
        GRANT SELECT, INSERT, UPDATE, DELETE ON public.location TO tandem_edge;
        GRANT USAGE, SELECT ON SEQUENCE public.location_id_seq TO tandem_edge;
    END IF;
END
$$;
