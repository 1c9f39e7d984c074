-- What a worker reads and writes, as docs/interfaces.md section 4 describes it, without the rest of the application.
CREATE TABLE public.tenants_tenant (
    id bigint PRIMARY KEY, schema_name text, name text, sip_domain text, is_enabled boolean, config_rev bigint,
    time_zone text, max_simultaneous_calls integer, country text DEFAULT '',
    are_audio_calls_recorded boolean DEFAULT false, is_recorded_in_two_tracks boolean DEFAULT false,
    recording_announcement text DEFAULT '', may_extensions_record boolean DEFAULT true, disk_quota_mb integer
);
CREATE TABLE public.call_event (
    tenant_id bigint, session_id text, sequence integer, kind text, at timestamptz, worker text, data jsonb,
    UNIQUE (session_id, sequence, at)
);
CREATE TABLE public.open_call (
    session_id text PRIMARY KEY, tenant_id bigint, worker text, started_at timestamptz, ended_at timestamptz
);
CREATE TABLE public.cdr (
    tenant_id bigint, worker text, started_at timestamptz, answered_at timestamptz, ended_at timestamptz,
    on_behalf_of text, ring_group text DEFAULT '', call_targets jsonb
);
CREATE TABLE public.worker_node (
    worker text PRIMARY KEY, sip_uri text, started_at timestamptz, last_seen_at timestamptz, state text
);
CREATE TABLE public.trunk (
    id bigint, name text, host text, port integer, username text, authorization_name text, password text, srtp text,
    codecs text[], is_enabled boolean, is_recorded boolean DEFAULT false
);
CREATE TABLE public.trunk_assignment (trunk_id bigint, tenant_id bigint, did_pool text);
CREATE TABLE public.trunk_header_rule (
    trunk_id bigint, position integer, part text, source text, constant text, header_name text
);
CREATE TABLE public.trunk_caller_mapping (trunk_id bigint, position integer, part text, field text, header_name text);
CREATE TABLE public.system_disallowed_code (code text);
CREATE TABLE public.system_blocked_number (number text);
CREATE SCHEMA acme;
CREATE TABLE acme.callmanager_extension (
    id bigint GENERATED ALWAYS AS IDENTITY, number text, display_name text, is_enabled boolean,
    ring_timeout_s integer, time_zone text DEFAULT '', has_own_hours boolean DEFAULT false, week jsonb,
    status text DEFAULT 'available', did text DEFAULT '', outbound_caller_id text DEFAULT '',
    emergency_caller_id text DEFAULT '', may_set_caller_id boolean DEFAULT false,
    is_decline_final boolean DEFAULT true, max_external_calls integer DEFAULT 0,
    max_external_minutes_per_day integer DEFAULT 0, is_audio_recorded boolean DEFAULT false
);
CREATE TABLE acme.callmanager_extensionexception (
    extension_id bigint, position integer, caller_mask text, received_during text, action text, target_id bigint,
    ring_group_id bigint,
    to_receptionist_id bigint, to_queue_id bigint, to_conference_id bigint, external_number text
);
CREATE TABLE acme.callmanager_extensionforward (
    id bigint, extension_id bigint, status text, during text, "when" text, action text, target_id bigint,
    ring_group_id bigint,
    to_receptionist_id bigint, to_queue_id bigint, to_conference_id bigint, external_number text, ring_timeout_s integer
);
CREATE TABLE acme.callmanager_inboundrule (
    id bigint, name text, trunk_id bigint, did text, caller_mask text, has_own_hours boolean, week jsonb,
    is_enabled boolean
);
CREATE TABLE acme.callmanager_inbounddestination (
    rule_id bigint, at text, action text, target_id bigint, ring_group_id bigint,
    to_receptionist_id bigint, to_queue_id bigint, to_conference_id bigint, external_number text
);
CREATE TABLE acme.callmanager_ringgroup (
    id bigint, number text, name text, strategy text, ring_timeout_s integer, skips_busy boolean,
    outbound_caller_id text, action text, target_id bigint, ring_group_id bigint,
    to_receptionist_id bigint, to_queue_id bigint, to_conference_id bigint, external_number text
);
CREATE TABLE acme.callmanager_pagingsettings (
    alert_info text, says_call_info boolean, says_answer_mode boolean
);
CREATE TABLE acme.callmanager_ringgroupmember (
    group_id bigint, position integer, extension_id bigint, external_number text
);
CREATE TABLE acme.callmanager_receptionist (
    id bigint, number text, name text, language text, digit_gap_s integer, input_mode text, digits integer,
    takes_numbers boolean, input_timeout_s integer, max_repeats integer, has_closed_menu boolean, has_own_hours boolean,
    week jsonb, recording_pin text DEFAULT ''
);
CREATE TABLE acme.callmanager_menuchoice (
    receptionist_id bigint, is_closed boolean, turn text, position integer, keys text, repeats_prompt boolean, action text,
    target_id bigint, ring_group_id bigint, to_receptionist_id bigint, to_queue_id bigint, to_conference_id bigint, external_number text
);
CREATE TABLE acme.callmanager_receptionistprompt (receptionist_id bigint, use text, stored_name text);
CREATE TABLE acme.callmanager_receptionistaction (
    receptionist_id bigint, position integer, name text, trigger text, matches text, url text, number text, method text,
    username text, password text, connect_timeout_s integer, answer_timeout_s integer
);
CREATE TABLE acme.callmanager_outboundrule (
    id bigint, name text, position integer, prefixes text, callers text, digit_lengths text, hours text, week jsonb,
    also_next_on smallint[], is_least_cost boolean, is_enabled boolean
);
CREATE TABLE acme.callmanager_outboundroute (
    rule_id bigint, position integer, trunk_id bigint, strip_digits integer, prepend text
);
CREATE TABLE acme.callmanager_outboundrulegroup (rule_id bigint, group_id bigint);
CREATE TABLE acme.callmanager_numbersettings (allowed_countries text[], more_emergency_numbers text[]);
CREATE TABLE acme.callmanager_dialcodesettings (profile text, own_codes jsonb, is_monitoring_enabled boolean, park_slots smallint,
    park_timeout_s smallint, return_ring_s smallint);
CREATE TABLE acme.callmanager_disallowedcode (code text);
CREATE TABLE acme.callmanager_blockednumber (number text);
CREATE TABLE acme.callmanager_extensiongroup (
    id bigint, name text, monitor_scope text, may_see_members boolean, may_see_member_calls boolean,
    may_use_console boolean, may_page boolean, may_call_external boolean, is_monitoring_allowed boolean
);
CREATE TABLE acme.callmanager_groupmembership (group_id bigint, extension_id bigint);
CREATE TABLE acme.callmanager_groupmonitor (group_id bigint, extension_id bigint);
CREATE TABLE acme.callmanager_officehours (is_always_open boolean, week jsonb);
CREATE TABLE acme.callmanager_holiday (
    name text, first_day date, last_day date, starts_at time, ends_at time, is_every_year boolean
);
CREATE TABLE acme.callmanager_musiconhold (is_enabled boolean, "order" text);
CREATE TABLE acme.callmanager_musicfile (position integer, stored_name text);
CREATE TABLE acme.callmanager_recordingannouncement (stored_name text);
INSERT INTO tenants_tenant VALUES (1, 'acme', 'Acme', 'acme.example', true, 1, 'UTC', NULL);
INSERT INTO acme.callmanager_extension (number, display_name, is_enabled, ring_timeout_s) VALUES ('101', 'Alice "Al" Ice', true, 30), ('102', 'Bob', true, 30),
    ('103', 'Carol', true, 30), ('104', 'Dave', true, 30);
CREATE TABLE public.voicemail (
    id bigint PRIMARY KEY, tenant_id bigint, mailbox text, caller text, left_at timestamptz, duration_s double precision,
    stored_path text, is_new boolean, is_urgent boolean
);
CREATE TABLE public.tenant_file_usage (tenant_id bigint, kind text, size_bytes bigint, file_count integer);
CREATE TABLE acme.callmanager_mailbox (
    extension_id bigint, is_enabled boolean, language text, max_message_s integer, max_messages integer, is_pin_asked boolean, has_pin boolean,
    pin text, says_caller boolean, says_time boolean, takes_unanswered boolean
);
CREATE TABLE acme.callmanager_greeting (id bigint, extension_id bigint, status text, stored_name text, is_active boolean);
CREATE TABLE acme.callmanager_conference (
    id bigint, mode text, number text, subject text, room_pin text, admin_pin text, has_room_pin boolean, has_admin_pin boolean,
    outbound_caller_id text, max_participants integer, grids integer, bitrate_kbps integer, frame_rate integer, resolution text,
    language text, is_prompt_silent boolean, is_recorded boolean
);
CREATE TABLE acme.callmanager_callqueue (
    id bigint, number text, name text, strategy text, outbound_caller_id text, ring_duration_s integer,
    agent_ring_timeout_s integer, max_wait_s integer, wrap_up_s integer, sla_s integer, skips_busy boolean,
    keeps_waiting boolean, is_ready_automatically boolean, is_intro_heard_in_full boolean, language text,
    announces_position boolean, announces_hold_time boolean, announcement_interval_s integer, is_sticky boolean, callback_key text,
    min_skill_level integer, skill_relax_s integer, is_recorded boolean, action text, target_id bigint,
    ring_group_id bigint, to_receptionist_id bigint, to_queue_id bigint, to_conference_id bigint, external_number text
);
CREATE TABLE acme.callmanager_callqueuemember (queue_id bigint, position integer, extension_id bigint, skill_level integer);
CREATE TABLE acme.callmanager_callqueuemanager (queue_id bigint, extension_id bigint);
CREATE TABLE acme.callmanager_callqueuesound (queue_id bigint, use text, stored_name text);
CREATE TABLE acme.callmanager_queueagent (
    id bigint, queue_id bigint, extension_id bigint, is_signed_in boolean, is_paused boolean, pause_reason text,
    since timestamptz
);
CREATE TABLE acme.callmanager_vipcaller (number text, last_day date, is_enabled boolean);
CREATE TABLE acme.callmanager_harassnumber (number text, level integer);
CREATE TABLE acme.callmanager_harassprompt (level integer, stored_name text);
CREATE TABLE acme.callmanager_exclusiveagent (id bigint, callers text[]);
CREATE TABLE acme.callmanager_exclusiveagentmember (id bigint, exclusive_id bigint, queue_id bigint, extension_id bigint);
