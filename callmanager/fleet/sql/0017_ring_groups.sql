-- The group of a call in its record, and one owner for every number.
-- Frozen: a later change is a new numbered file beside this one.

ALTER TABLE public.cdr ADD COLUMN ring_group text NOT NULL DEFAULT '';
-- Workers ask what a group's members have had of its latest calls.
CREATE INDEX cdr_by_ring_group ON public.cdr (tenant_id, started_at DESC) WHERE ring_group <> '';

-- At the end of the transaction, when whoever took the number first has committed: both hold the tenant's row until then.
CREATE FUNCTION public.number_has_one_owner() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    is_shared boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM %1$I.callmanager_extension WHERE number = $1)'
        '   AND EXISTS (SELECT FROM %1$I.callmanager_ringgroup WHERE number = $1)',
        TG_TABLE_SCHEMA) INTO is_shared USING NEW.number;
    IF is_shared THEN
        RAISE EXCEPTION 'a number belongs to an extension or to a group' USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NULL;
END
$$;
