-- Who is to be called back by a queue, kept where no worker's death reaches it.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.queue_callback
    ADD CONSTRAINT queue_callback_of_tenant FOREIGN KEY (tenant_id) REFERENCES public.tenants_tenant (id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.queue_callback ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.queue_callback FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.queue_callback
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));

-- With the events themselves, in the same transaction: a callback that was made is never made again by a worker that
-- takes over, and one that was promised is never forgotten. An event that is stored a second time is no new row.
CREATE FUNCTION public.queue_callbacks_of_call_events() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.queue_callback (place, tenant_id, queue, number, entered_at, promised_at, worker, kept_since)
    SELECT DISTINCT ON (told.session_id)
           told.session_id, told.tenant_id, told.data ->> 'queue', entered.data ->> 'caller', entered.at, told.at,
           told.worker, told.at
      FROM told
      JOIN public.call_event AS entered
        ON entered.session_id = told.session_id AND entered.kind = 'queue_entered' AND entered.sequence < told.sequence
       AND entered.at > told.at - interval '2 days' AND entered.at <= told.at
     WHERE told.kind = 'queue_left' AND told.data ->> 'why' = 'callback'
     ORDER BY told.session_id, entered.sequence DESC
        ON CONFLICT DO NOTHING;
    DELETE FROM public.queue_callback AS kept USING told
     WHERE told.kind = 'queue_called_back' AND kept.place = told.data ->> 'from_session'
       AND kept.tenant_id = told.tenant_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER queue_callbacks AFTER INSERT ON public.call_event
    REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION public.queue_callbacks_of_call_events();
