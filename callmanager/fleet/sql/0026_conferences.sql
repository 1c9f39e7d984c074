-- One owner for every number, conference rooms among them.
-- Frozen: a later change is a new numbered file beside this one.

CREATE OR REPLACE FUNCTION public.number_has_one_owner() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    owners integer;
BEGIN
    EXECUTE format(
        'SELECT (SELECT count(*) FROM %1$I.callmanager_extension WHERE number = $1)'
        '     + (SELECT count(*) FROM %1$I.callmanager_ringgroup WHERE number = $1)'
        '     + (SELECT count(*) FROM %1$I.callmanager_receptionist WHERE number = $1)'
        '     + (SELECT count(*) FROM %1$I.callmanager_callqueue WHERE number = $1)'
        '     + (SELECT count(*) FROM %1$I.callmanager_conference WHERE number = $1)',
        TG_TABLE_SCHEMA) INTO owners USING NEW.number;
    IF owners > 1 THEN
        RAISE EXCEPTION 'a number belongs to one extension, group, receptionist, queue or room' USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NULL;
END
$$;
