-- What a worker reads and writes, as docs/interfaces.md section 4 describes it, without the rest of the application.
CREATE TABLE public.tenants_tenant (
    id bigint PRIMARY KEY, schema_name text, name text, sip_domain text, is_enabled boolean, config_rev bigint,
    time_zone text, max_simultaneous_calls integer
);
CREATE TABLE public.call_event (
    tenant_id bigint, session_id text, sequence integer, kind text, at timestamptz, worker text, data jsonb,
    UNIQUE (session_id, sequence, at)
);
CREATE TABLE public.open_call (
    session_id text PRIMARY KEY, tenant_id bigint, worker text, started_at timestamptz, ended_at timestamptz
);
CREATE TABLE public.worker_node (
    worker text PRIMARY KEY, sip_uri text, started_at timestamptz, last_seen_at timestamptz, state text
);
CREATE SCHEMA acme;
CREATE TABLE acme.callmanager_extension (
    id bigint GENERATED ALWAYS AS IDENTITY, number text, display_name text, is_enabled boolean,
    ring_timeout_s integer, time_zone text DEFAULT '', has_own_hours boolean DEFAULT false, week jsonb
);
CREATE TABLE acme.callmanager_extensionexception (
    extension_id bigint, position integer, caller_mask text, received_during text, action text, target_id bigint
);
CREATE TABLE acme.callmanager_extensiongroup (
    id bigint, name text, monitor_scope text, may_see_members boolean, may_see_member_calls boolean,
    may_use_console boolean, may_page boolean, may_call_external boolean, is_monitoring_allowed boolean
);
CREATE TABLE acme.callmanager_groupmembership (group_id bigint, extension_id bigint);
CREATE TABLE acme.callmanager_groupmonitor (group_id bigint, extension_id bigint);
CREATE TABLE acme.callmanager_officehours (is_always_open boolean, week jsonb);
CREATE TABLE acme.callmanager_holiday (
    name text, first_day date, last_day date, starts_at time, ends_at time, is_every_year boolean
);
CREATE TABLE acme.callmanager_musiconhold (is_enabled boolean, "order" text);
CREATE TABLE acme.callmanager_musicfile (position integer, stored_name text);
INSERT INTO tenants_tenant VALUES (1, 'acme', 'Acme', 'acme.example', true, 1, 'UTC', NULL);
INSERT INTO acme.callmanager_extension (number, display_name, is_enabled, ring_timeout_s) VALUES ('101', 'Alice "Al" Ice', true, 30), ('102', 'Bob', true, 30),
    ('103', 'Carol', true, 30), ('104', 'Dave', true, 30);
