-- The columns of the application's tables that the edge's views read.
CREATE TABLE public.tenants_tenant (
    id bigint PRIMARY KEY,
    sip_domain varchar(64) NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true
);
CREATE TABLE public.sip_directory (
    tenant_id bigint NOT NULL REFERENCES public.tenants_tenant,
    username varchar(64) NOT NULL,
    domain varchar(64) NOT NULL,
    ha1 varchar(64) NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    PRIMARY KEY (username, domain)
);
CREATE TABLE public.worker_node (
    worker varchar(64) PRIMARY KEY,
    sip_uri varchar(128) NOT NULL,
    state varchar(16) NOT NULL DEFAULT 'up'
);
CREATE TABLE public.trunk (
    id bigint PRIMARY KEY,
    addresses text[] NOT NULL DEFAULT '{}',
    authentication text NOT NULL DEFAULT 'ip',
    is_enabled boolean NOT NULL DEFAULT true
);
CREATE TABLE public.trunk_assignment (
    id bigint PRIMARY KEY,
    trunk_id bigint NOT NULL REFERENCES public.trunk,
    tenant_id bigint NOT NULL REFERENCES public.tenants_tenant,
    did_pool text NOT NULL DEFAULT ''
);
