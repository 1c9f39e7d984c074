-- Row-level security on refused registrations; and a worker's start told once.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.registration_failure ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.registration_failure FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.registration_failure
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));

-- A worker may announce itself first and name its start later, when its predecessor's events are stored: whether it
-- was told already that this process started says which of the two this is.
CREATE OR REPLACE FUNCTION public.worker_node_events() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    silence_s integer;
BEGIN
    IF TG_OP = 'INSERT' OR (OLD.state = 'down' AND NEW.state <> 'down') THEN
        PERFORM public.worker_event_record('info', 'worker.started', NEW.worker,
            format('Worker %s started.', NEW.worker), '{}');
    ELSIF NEW.started_at <> OLD.started_at AND NOT public.worker_start_is_told(NEW.worker, NEW.started_at) THEN
        PERFORM public.worker_event_record('error', 'worker.died', NEW.worker,
            format('Worker %s ended without a word and was started again; its calls are lost.', NEW.worker),
            jsonb_build_object('last_seen_at', OLD.last_seen_at));
    ELSIF NEW.state <> OLD.state AND NEW.state = 'draining' THEN
        PERFORM public.worker_event_record('info', 'worker.draining', NEW.worker,
            format('Worker %s takes no new calls and finishes the running ones.', NEW.worker), '{}');
    ELSIF NEW.state <> OLD.state AND NEW.state = 'down' THEN
        PERFORM public.worker_event_record('info', 'worker.stopped', NEW.worker,
            format('Worker %s stopped.', NEW.worker), '{}');
    ELSIF NEW.last_seen_at - OLD.last_seen_at > interval '20 seconds' AND NEW.started_at = OLD.started_at THEN
        silence_s := extract(epoch FROM NEW.last_seen_at - OLD.last_seen_at)::integer;
        PERFORM public.worker_event_record('warning', 'worker.back', NEW.worker,
            format('Worker %s reports again after %s seconds of silence.', NEW.worker, silence_s),
            jsonb_build_object('silence_s', silence_s));
    END IF;
    RETURN NULL;
END
$$;

-- `name` started at `started_at` by its own clock, and said so here a moment later at the earliest.
CREATE FUNCTION public.worker_start_is_told(name text, start timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
    is_told boolean;
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    is_told := EXISTS (
        SELECT FROM public.event_log
         WHERE kind = 'worker.started' AND at >= start - interval '2 seconds' AND data ->> 'worker' = name
    );
    PERFORM set_config('tandem.tenant_id', row_scope, true);
    RETURN is_told;
END
$$;
