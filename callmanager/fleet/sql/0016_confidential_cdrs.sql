-- Calls that extensions other than their caller are not told of. Reaches every partition; rewrites no row.
ALTER TABLE public.cdr ADD COLUMN is_confidential boolean NOT NULL DEFAULT false;
