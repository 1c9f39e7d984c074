-- Groups of extensions: nobody is without one, and the default group stays. The triggers are made in every tenant's schema.
-- Frozen: a later change is a new numbered file beside this one.

-- Once per statement on callmanager_extension, with the new rows as `added`: a bulk import is one insert here too.
CREATE FUNCTION public.extension_joins_default_group() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    joined bigint;
BEGIN
    EXECUTE format(
        'INSERT INTO %1$I.callmanager_groupmembership (group_id, extension_id, is_manager)'
        ' SELECT chosen.id, added.id, false FROM added CROSS JOIN %1$I.callmanager_extensiongroup AS chosen'
        '  WHERE chosen.is_default',
        TG_TABLE_SCHEMA);
    GET DIAGNOSTICS joined = ROW_COUNT;
    IF joined <> (SELECT count(*) FROM added) THEN
        RAISE EXCEPTION 'the schema % has no default group', TG_TABLE_SCHEMA USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- At the end of the transaction, because changing groups takes away before it gives, or the other way round.
CREATE FUNCTION public.extension_keeps_a_group() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    is_alone boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM %1$I.callmanager_extension WHERE id = $1)'
        '   AND NOT EXISTS (SELECT FROM %1$I.callmanager_groupmembership WHERE extension_id = $1)',
        TG_TABLE_SCHEMA) INTO is_alone USING OLD.extension_id;
    IF is_alone THEN
        RAISE EXCEPTION 'an extension belongs to at least one group' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.default_group_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NOT NEW.is_default OR NEW.name <> OLD.name THEN
        RAISE EXCEPTION 'the default group is neither deleted nor renamed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
