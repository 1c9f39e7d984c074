-- Who watches what: the edge's own tables of subscriptions. Frozen: a later change is a new numbered file beside this one.

INSERT INTO public.version (table_name, table_version) VALUES
    ('presentity', 5),
    ('active_watchers', 12),
    ('watchers', 3);

-- States stay in the edge's memory; it asks for the table all the same.
CREATE TABLE public.presentity (
    id serial PRIMARY KEY,
    username varchar(64) NOT NULL,
    domain varchar(64) NOT NULL,
    event varchar(64) NOT NULL,
    etag varchar(128) NOT NULL,
    expires integer NOT NULL,
    received_time integer NOT NULL,
    body bytea NOT NULL,
    sender varchar(255) NOT NULL,
    priority integer NOT NULL DEFAULT 0,
    ruid varchar(64) CONSTRAINT presentity_ruid_idx UNIQUE,
    CONSTRAINT presentity_presentity_idx UNIQUE (username, domain, event, etag)
);
CREATE INDEX presentity_expires_idx ON public.presentity (expires);

CREATE TABLE public.active_watchers (
    id serial PRIMARY KEY,
    presentity_uri varchar(255) NOT NULL,
    watcher_username varchar(64) NOT NULL,
    watcher_domain varchar(64) NOT NULL,
    to_user varchar(64) NOT NULL,
    to_domain varchar(64) NOT NULL,
    event varchar(64) NOT NULL DEFAULT 'presence',
    event_id varchar(64),
    to_tag varchar(128) NOT NULL,
    from_tag varchar(128) NOT NULL,
    callid varchar(255) NOT NULL,
    local_cseq integer NOT NULL,
    remote_cseq integer NOT NULL,
    contact varchar(255) NOT NULL,
    record_route text,
    expires integer NOT NULL,
    status integer NOT NULL DEFAULT 2,
    reason varchar(64),
    version integer NOT NULL DEFAULT 0,
    socket_info varchar(64) NOT NULL,
    local_contact varchar(255) NOT NULL,
    from_user varchar(64) NOT NULL,
    from_domain varchar(64) NOT NULL,
    updated integer NOT NULL,
    updated_winfo integer NOT NULL,
    flags integer NOT NULL DEFAULT 0,
    user_agent varchar(255) DEFAULT '',
    CONSTRAINT active_watchers_idx UNIQUE (callid, to_tag, from_tag)
);
CREATE INDEX active_watchers_expires_idx ON public.active_watchers (expires);
CREATE INDEX active_watchers_pres_idx ON public.active_watchers (presentity_uri, event);

CREATE TABLE public.watchers (
    id serial PRIMARY KEY,
    presentity_uri varchar(255) NOT NULL,
    watcher_username varchar(64) NOT NULL,
    watcher_domain varchar(64) NOT NULL,
    event varchar(64) NOT NULL DEFAULT 'presence',
    status integer NOT NULL,
    reason varchar(64),
    inserted_time integer NOT NULL,
    CONSTRAINT watchers_watcher_idx UNIQUE (presentity_uri, watcher_username, watcher_domain, event)
);

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tandem_edge') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON public.presentity, public.active_watchers, public.watchers TO tandem_edge;
        GRANT USAGE, SELECT ON SEQUENCE public.presentity_id_seq, public.active_watchers_id_seq, public.watchers_id_seq
            TO tandem_edge;
    END IF;
END
$$;
