-- Whoever keeps lamps hears of every change of a mailbox, by whichever door it came.
-- Frozen: a later change is a new numbered file beside this one.

CREATE FUNCTION public.mailbox_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM pg_notify('mailbox_changed', OLD.tenant_id || ':' || OLD.mailbox);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('mailbox_changed', NEW.tenant_id || ':' || NEW.mailbox);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER mailbox_changed
    AFTER INSERT OR DELETE OR UPDATE OF is_new, is_urgent, mailbox ON public.voicemail
    FOR EACH ROW EXECUTE FUNCTION public.mailbox_changed();
