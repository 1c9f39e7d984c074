-- What event URLs are told: rows of a tenant, written with the call events they tell of.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_of_tenant FOREIGN KEY (tenant_id) REFERENCES public.tenants_tenant (id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.webhook_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.webhook_delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.webhook_delivery
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));

ALTER TABLE public.webhook_health
    ADD CONSTRAINT webhook_health_of_url FOREIGN KEY (event_url_id) REFERENCES public.tenants_eventurl (id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.webhook_health ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.webhook_health FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.webhook_health
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));

-- Workers write call events by SQL of their own, and whoever reads a lost worker's files does too: the outbox is
-- filled here, in the same transaction. An event that is stored a second time is no new row and tells nobody.
CREATE FUNCTION public.webhook_outbox_of_call_events() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.webhook_delivery (
        tenant_id, event_url_id, topic, key, event_id, ordering_key, source, body, is_replay, state, attempts,
        next_attempt_at, created_at, url, error, request_headers, response_headers, response_body, attempt_log
    )
    SELECT told.tenant_id, event_url.id, 'extension', told.kind, 'msg_' || replace(gen_random_uuid()::text, '-', ''),
           left(told.session_id, 320),
           jsonb_build_object(
               'session_id', told.session_id, 'sequence', told.sequence, 'kind', told.kind,
               'at', extract(epoch FROM told.at), 'data', told.data
           ),
           '', false, 'queued', 0, now(), now(), '', '', '{}', '{}', '', '[]'
      FROM told
      JOIN public.tenants_eventurl AS event_url
        ON event_url.tenant_id = told.tenant_id AND event_url.topic = 'extension' AND event_url.is_enabled
       AND (event_url.events = '[]' OR event_url.events ? told.kind)
     ORDER BY told.session_id, told.sequence;
    RETURN NULL;
END
$$;

CREATE TRIGGER webhook_outbox AFTER INSERT ON public.call_event
    REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION public.webhook_outbox_of_call_events();
