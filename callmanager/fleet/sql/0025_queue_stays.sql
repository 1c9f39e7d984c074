-- Who waited in queues: by month, behind row-level security.
-- Frozen: a later change is a new numbered file beside this one.

CREATE SEQUENCE public.queue_stay_id_seq;
CREATE TABLE public.queue_stay (
    id bigint NOT NULL DEFAULT nextval('public.queue_stay_id_seq'),
    tenant_id bigint NOT NULL,
    session_id text NOT NULL,
    sequence integer NOT NULL,
    queue text NOT NULL,
    queue_name text NOT NULL,
    caller text NOT NULL,
    caller_name text NOT NULL,
    is_from_inside boolean NOT NULL,
    entered_at timestamptz NOT NULL,
    left_at timestamptz,
    waited_ms integer,
    outcome text NOT NULL,
    is_lost boolean NOT NULL,
    agent text NOT NULL,
    sla_s integer NOT NULL,
    is_sla_breached boolean NOT NULL,
    sla_mailed_at timestamptz,
    lost_mailed_at timestamptz,
    PRIMARY KEY (id, entered_at),
    CONSTRAINT queue_stay_is_unique UNIQUE (session_id, sequence, entered_at)
) PARTITION BY RANGE (entered_at);
ALTER SEQUENCE public.queue_stay_id_seq OWNED BY public.queue_stay.id;
CREATE INDEX queue_stay_by_tenant ON public.queue_stay (tenant_id, entered_at DESC, id DESC);
CREATE INDEX queue_stay_by_queue ON public.queue_stay (tenant_id, queue, entered_at DESC, id DESC);
-- Of whom the managers are still to be told.
CREATE INDEX queue_stay_breached ON public.queue_stay (entered_at) WHERE is_sla_breached AND sla_mailed_at IS NULL;
CREATE INDEX queue_stay_lost ON public.queue_stay (entered_at) WHERE is_lost AND lost_mailed_at IS NULL;

ALTER TABLE public.queue_stay ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.queue_stay FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.queue_stay
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));
CREATE TABLE public.queue_stay_default PARTITION OF public.queue_stay DEFAULT;
ALTER TABLE public.queue_stay_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.queue_stay_default FORCE ROW LEVEL SECURITY;

SELECT public.make_month_partition(
    'queue_stay', 'entered_at', (date_trunc('month', now()) + months * interval '1 month')::date)
  FROM generate_series(-1, 2) AS months;

-- Call records may be kept when a company leaves; who waited in its queues is not.
CREATE FUNCTION public.tenant_takes_queue_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    DELETE FROM public.queue_stay WHERE tenant_id = OLD.id;
    PERFORM set_config('tandem.tenant_id', row_scope, true);
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_takes_queue_stays
    AFTER DELETE ON public.tenants_tenant
    FOR EACH ROW EXECUTE FUNCTION public.tenant_takes_queue_stays();
