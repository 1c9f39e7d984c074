-- Row-level security on the event log: a tenant sees its own events, administrators ('all') every one.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.event_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON public.event_log
    USING ((SELECT current_setting('tandem.tenant_id', true)) IN ('all', tenant_id::text));
