-- Calls over trunks in the records. Reaches every partition; constants as defaults rewrite no row.
ALTER TABLE public.cdr
    ADD COLUMN trunk_id bigint,
    ADD COLUMN trunk_name text NOT NULL DEFAULT '',
    ADD COLUMN did text NOT NULL DEFAULT '',
    ADD COLUMN outbound_trunk_id bigint,
    ADD COLUMN outbound_trunk_name text NOT NULL DEFAULT '',
    ADD COLUMN outbound_caller_id text NOT NULL DEFAULT '',
    ADD COLUMN on_behalf_of text NOT NULL DEFAULT '',
    ADD COLUMN rung_extensions text[] NOT NULL DEFAULT '{}';
