-- Call events and CDRs, partitioned by month; row-level security on every shared table with tenants' rows
-- (but sip_directory, which the edge reads before it knows the tenant).
-- Frozen: a later change is a new numbered file beside this one.

CREATE TABLE public.call_event (
    session_id text NOT NULL,
    sequence integer NOT NULL,
    at timestamptz NOT NULL,
    tenant_id bigint NOT NULL,
    kind text NOT NULL,
    worker text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (session_id, sequence, at)
) PARTITION BY RANGE (at);

CREATE SEQUENCE public.cdr_id_seq;
CREATE TABLE public.cdr (
    id bigint NOT NULL DEFAULT nextval('public.cdr_id_seq'),
    tenant_id bigint NOT NULL,
    session_id text NOT NULL,
    tenant_name text NOT NULL,
    call_id text NOT NULL,
    status text NOT NULL,
    direction text NOT NULL,
    caller text NOT NULL,
    caller_domain text NOT NULL,
    caller_display_name text NOT NULL,
    callee text NOT NULL,
    callee_domain text NOT NULL,
    answered_by text NOT NULL,
    answered_number text NOT NULL,
    final_destination text NOT NULL,
    started_at timestamptz NOT NULL,
    ringing_at timestamptz,
    answered_at timestamptz,
    ended_at timestamptz NOT NULL,
    post_dial_delay_ms integer,
    ring_duration_ms integer NOT NULL,
    talk_duration_ms integer NOT NULL,
    ended_by text NOT NULL,
    ended_reason text NOT NULL,
    sip_code integer NOT NULL,
    is_worker_lost boolean NOT NULL,
    source text NOT NULL,
    caller_user_agent text NOT NULL,
    callee_user_agent text NOT NULL,
    caller_codec text NOT NULL,
    callee_codec text NOT NULL,
    caller_mos double precision,
    callee_mos double precision,
    caller_media jsonb,
    callee_media jsonb,
    call_targets jsonb NOT NULL,
    worker text NOT NULL,
    config_rev bigint NOT NULL,
    PRIMARY KEY (id, started_at),
    CONSTRAINT cdr_session_is_unique UNIQUE (session_id, started_at)
) PARTITION BY RANGE (started_at);
ALTER SEQUENCE public.cdr_id_seq OWNED BY public.cdr.id;
CREATE INDEX cdr_by_tenant ON public.cdr (tenant_id, started_at DESC, id DESC);

-- Second lock behind the managers. The setting is a tenant id, 'all', or (unset) nobody.
ALTER TABLE public.call_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.call_event FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.call_event
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));
ALTER TABLE public.cdr ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.cdr FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.cdr
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));

ALTER TABLE public.open_call ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.open_call FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.open_call
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));
ALTER TABLE public.registration ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.registration FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.registration
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));

-- Rows whose month has no partition land here, so that a late beat loses nothing.
-- Partitions have row-level security without a policy: reading one directly shows nothing.
CREATE TABLE public.call_event_default PARTITION OF public.call_event DEFAULT;
ALTER TABLE public.call_event_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.call_event_default FORCE ROW LEVEL SECURITY;
CREATE TABLE public.cdr_default PARTITION OF public.cdr DEFAULT;
ALTER TABLE public.cdr_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.cdr_default FORCE ROW LEVEL SECURITY;

-- Makes the partition of one month (UTC) if it is missing, taking over what the default one holds of that month.
CREATE FUNCTION public.make_month_partition(parent text, key_column text, month date) RETURNS boolean
LANGUAGE plpgsql
SET timezone = 'UTC'
AS $$
DECLARE
    starts timestamptz := date_trunc('month', month)::timestamptz;
    ends timestamptz := (date_trunc('month', month) + interval '1 month')::timestamptz;
    partition text := parent || '_' || to_char(month, 'YYYYMM');
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    IF to_regclass('public.' || quote_ident(partition)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, parent);
    PERFORM set_config('tandem.tenant_id', 'all', true);
    EXECUTE format(
        'WITH late AS (DELETE FROM public.%I WHERE %I >= $1 AND %I < $2 RETURNING *) INSERT INTO public.%I SELECT * FROM late',
        parent, key_column, key_column, partition
    ) USING starts, ends;
    PERFORM set_config('tandem.tenant_id', row_scope, true);
    EXECUTE format(
        'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', parent, partition, starts, ends
    );
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', partition);
    RETURN true;
END
$$;

-- Drops whole months that ended before the given day; the number of partitions dropped.
CREATE FUNCTION public.drop_months_before(parent text, day date) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    partition text;
    dropped integer := 0;
BEGIN
    FOR partition IN
        SELECT child.relname
          FROM pg_inherits
          JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
         WHERE pg_inherits.inhparent = ('public.' || quote_ident(parent))::regclass
           AND child.relname ~ ('^' || parent || '_[0-9]{6}$')
           AND to_date(right(child.relname, 6), 'YYYYMM') + interval '1 month' <= day
    LOOP
        EXECUTE format('DROP TABLE public.%I', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

-- Last month (calls may be running over midnight while this runs), this one and the next two.
SELECT public.make_month_partition(parent, key_column, (date_trunc('month', now()) + months * interval '1 month')::date)
  FROM (VALUES ('call_event', 'at'), ('cdr', 'started_at')) AS tables (parent, key_column),
       generate_series(-1, 2) AS months;
