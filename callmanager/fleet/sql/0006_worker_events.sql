-- What becomes of workers, for the event log: written with the worker's own row, whoever writes that.
-- Frozen: a later change is a new numbered file beside this one.

CREATE FUNCTION public.worker_event_record(severity text, kind text, worker text, message text, data jsonb)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    row_scope text := coalesce(current_setting('tandem.tenant_id', true), '');
BEGIN
    PERFORM set_config('tandem.tenant_id', 'all', true);
    INSERT INTO public.event_log (at, severity, source, kind, tenant_id, tenant_name, message, data)
    VALUES (now(), severity, 'worker', kind, NULL, '', message, data || jsonb_build_object('worker', worker));
    PERFORM set_config('tandem.tenant_id', row_scope, true);
END
$$;

CREATE FUNCTION public.worker_node_events() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    silence_s integer;
BEGIN
    IF TG_OP = 'INSERT' OR (NEW.started_at <> OLD.started_at AND OLD.state = 'down') THEN
        PERFORM public.worker_event_record('info', 'worker.started', NEW.worker,
            format('Worker %s started.', NEW.worker), '{}');
    ELSIF NEW.started_at <> OLD.started_at THEN
        PERFORM public.worker_event_record('error', 'worker.died', NEW.worker,
            format('Worker %s ended without a word and was started again; its calls are lost.', NEW.worker),
            jsonb_build_object('last_seen_at', OLD.last_seen_at));
    ELSIF NEW.state <> OLD.state AND NEW.state = 'draining' THEN
        PERFORM public.worker_event_record('info', 'worker.draining', NEW.worker,
            format('Worker %s takes no new calls and finishes the running ones.', NEW.worker), '{}');
    ELSIF NEW.state <> OLD.state AND NEW.state = 'down' THEN
        PERFORM public.worker_event_record('info', 'worker.stopped', NEW.worker,
            format('Worker %s stopped.', NEW.worker), '{}');
    ELSIF NEW.last_seen_at - OLD.last_seen_at > interval '20 seconds' THEN
        silence_s := extract(epoch FROM NEW.last_seen_at - OLD.last_seen_at)::integer;
        PERFORM public.worker_event_record('warning', 'worker.back', NEW.worker,
            format('Worker %s reports again after %s seconds of silence.', NEW.worker, silence_s),
            jsonb_build_object('silence_s', silence_s));
    END IF;
    RETURN NULL;
END
$$;

-- A plain heartbeat costs no call of the function.
CREATE TRIGGER worker_node_appears
    AFTER INSERT ON public.worker_node
    FOR EACH ROW EXECUTE FUNCTION public.worker_node_events();

CREATE TRIGGER worker_node_changes
    AFTER UPDATE ON public.worker_node
    FOR EACH ROW
    WHEN (
        OLD.state IS DISTINCT FROM NEW.state
        OR OLD.started_at IS DISTINCT FROM NEW.started_at
        OR NEW.last_seen_at - OLD.last_seen_at > interval '20 seconds'
    )
    EXECUTE FUNCTION public.worker_node_events();
