SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.account_connections (
    state_hash character varying(64) NOT NULL,
    "user" character varying(40) NOT NULL,
    platform character varying(40) NOT NULL,
    verifier text NOT NULL,
    redirect_uri character varying(2000) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.account_connections FORCE ROW LEVEL SECURITY;
CREATE TABLE public.accounts (
    id character varying(40) NOT NULL,
    platform character varying(40) NOT NULL,
    external_id character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    scopes json NOT NULL,
    access_token text NOT NULL,
    refresh_token text NOT NULL,
    token_expires_at timestamp with time zone,
    health character varying(40) NOT NULL,
    health_why text NOT NULL,
    facts json NOT NULL,
    version integer NOT NULL,
    connected_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone,
    disconnected_at timestamp with time zone,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.accounts FORCE ROW LEVEL SECURITY;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_keys (
    id character varying(40) NOT NULL,
    "user" character varying(40) NOT NULL,
    name character varying(120) NOT NULL,
    prefix character varying(20) NOT NULL,
    hash character varying(64) NOT NULL,
    role character varying(20) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;
CREATE TABLE public.approvals (
    project character varying(80) NOT NULL,
    stage character varying(40) NOT NULL,
    value character varying(64) NOT NULL,
    "user" character varying(40),
    approved_at timestamp with time zone NOT NULL,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.approvals FORCE ROW LEVEL SECURITY;
CREATE TABLE public.assets (
    id character varying(40) NOT NULL,
    project character varying(80),
    kind character varying(50) NOT NULL,
    stage character varying(40) NOT NULL,
    scene_id integer NOT NULL,
    format character varying(10) NOT NULL,
    take integer NOT NULL,
    provider character varying(100) NOT NULL,
    prompt text NOT NULL,
    generation character varying(64) NOT NULL,
    sha256 character varying(64) NOT NULL,
    media_type character varying(80) NOT NULL,
    size_bytes bigint NOT NULL,
    metadata json NOT NULL,
    cost_microusd bigint NOT NULL,
    is_current boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.assets FORCE ROW LEVEL SECURITY;
CREATE TABLE public.budgets (
    scope character varying(160) NOT NULL,
    cap_microusd bigint,
    held_microusd bigint NOT NULL,
    spent_microusd bigint NOT NULL,
    tenant character varying(80) DEFAULT 'default'::character varying NOT NULL
);
ALTER TABLE ONLY public.budgets FORCE ROW LEVEL SECURITY;
CREATE TABLE public.commands (
    id integer NOT NULL,
    project character varying(80) NOT NULL,
    kind character varying(40) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    arguments json DEFAULT '{}'::json NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    state character varying(20) DEFAULT 'succeeded'::character varying NOT NULL,
    "user" character varying(40),
    run_id character varying(80) DEFAULT ''::character varying NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    heartbeat_at timestamp with time zone,
    failure json,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    cancel_asked_at timestamp with time zone,
    tenant character varying(80) DEFAULT 'default'::character varying NOT NULL
);
ALTER TABLE ONLY public.commands FORCE ROW LEVEL SECURITY;
CREATE SEQUENCE public.commands_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.commands_id_seq OWNED BY public.commands.id;
CREATE TABLE public.event_counters (
    tenant character varying(80) NOT NULL,
    last bigint NOT NULL
);
ALTER TABLE ONLY public.event_counters FORCE ROW LEVEL SECURITY;
CREATE TABLE public.events (
    tenant character varying(80) NOT NULL,
    seq bigint NOT NULL,
    project character varying(80),
    kind character varying(60) NOT NULL,
    data json NOT NULL,
    at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.events FORCE ROW LEVEL SECURITY;
CREATE TABLE public.generation_ledger (
    key character varying(64) NOT NULL,
    tenant character varying(80) NOT NULL,
    project character varying(80) NOT NULL,
    provider character varying(80) NOT NULL,
    capability character varying(40) NOT NULL,
    request json NOT NULL,
    state character varying(20) NOT NULL,
    owner character varying(80) NOT NULL,
    fence integer NOT NULL,
    lease_until double precision NOT NULL,
    attempts integer NOT NULL,
    sends integer NOT NULL,
    job json,
    result json,
    error_code character varying(60) NOT NULL,
    error text NOT NULL,
    estimate_microusd bigint NOT NULL,
    held_microusd bigint NOT NULL,
    cost_microusd bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    submitted_at timestamp with time zone,
    finished_at timestamp with time zone
);
ALTER TABLE ONLY public.generation_ledger FORCE ROW LEVEL SECURITY;
CREATE TABLE public.idempotency_keys (
    tenant character varying(80) NOT NULL,
    key character varying(255) NOT NULL,
    route character varying(120) NOT NULL,
    request_hash character varying(64) NOT NULL,
    status integer NOT NULL,
    headers json NOT NULL,
    answer text,
    lease_until timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE TABLE public.picks (
    project character varying(80) NOT NULL,
    stage character varying(40) NOT NULL,
    scene_id integer NOT NULL,
    take integer NOT NULL,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.picks FORCE ROW LEVEL SECURITY;
CREATE TABLE public.projects (
    key character varying(80) NOT NULL,
    title character varying(255) NOT NULL,
    brief json NOT NULL,
    created_at timestamp with time zone NOT NULL,
    owner character varying(40),
    description text DEFAULT ''::text NOT NULL,
    status character varying(50) DEFAULT 'draft'::character varying NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    progress double precision DEFAULT '0'::double precision NOT NULL,
    sentence text DEFAULT ''::text NOT NULL,
    failure json,
    copied_from character varying(80),
    updated_at timestamp with time zone,
    archived_at timestamp with time zone,
    retired_at timestamp with time zone,
    tenant character varying(80) DEFAULT 'default'::character varying NOT NULL
);
ALTER TABLE ONLY public.projects FORCE ROW LEVEL SECURITY;
CREATE TABLE public.publication_metrics (
    id integer NOT NULL,
    publication character varying(40) NOT NULL,
    at timestamp with time zone NOT NULL,
    views bigint,
    likes bigint,
    comments bigint,
    shares bigint,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.publication_metrics FORCE ROW LEVEL SECURITY;
CREATE SEQUENCE public.publication_metrics_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.publication_metrics_id_seq OWNED BY public.publication_metrics.id;
CREATE TABLE public.publication_slots (
    id character varying(40) NOT NULL,
    account character varying(40) NOT NULL,
    weekday integer NOT NULL,
    minute integer NOT NULL,
    zone character varying(64) NOT NULL,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.publication_slots FORCE ROW LEVEL SECURITY;
CREATE TABLE public.publications (
    id character varying(40) NOT NULL,
    project character varying(80) NOT NULL,
    account character varying(40),
    platform character varying(40) NOT NULL,
    format character varying(10) NOT NULL,
    film character varying(64) NOT NULL,
    post json NOT NULL,
    state character varying(20) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    zone character varying(64) NOT NULL,
    batch character varying(40) NOT NULL,
    version integer NOT NULL,
    owner character varying(80) NOT NULL,
    fence integer NOT NULL,
    lease_until timestamp with time zone,
    handle json NOT NULL,
    commits integer NOT NULL,
    attempts integer NOT NULL,
    retry_at timestamp with time zone,
    url character varying(2000) NOT NULL,
    external_id character varying(255) NOT NULL,
    error_code character varying(60) NOT NULL,
    error text NOT NULL,
    late_why text NOT NULL,
    disclosure json NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    committed_at timestamp with time zone,
    published_at timestamp with time zone,
    checked_at timestamp with time zone,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.publications FORCE ROW LEVEL SECURITY;
CREATE TABLE public.refresh_tokens (
    hash character varying(64) NOT NULL,
    session character varying(40) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.refresh_tokens FORCE ROW LEVEL SECURITY;
CREATE TABLE public.scene_edits (
    project character varying(80) NOT NULL,
    scene_id integer NOT NULL,
    edit json NOT NULL,
    tenant character varying(80) DEFAULT 'default'::character varying NOT NULL
);
ALTER TABLE ONLY public.scene_edits FORCE ROW LEVEL SECURITY;
CREATE TABLE public.service_calls (
    id integer NOT NULL,
    service character varying(80) NOT NULL,
    at double precision NOT NULL
);
CREATE SEQUENCE public.service_calls_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.service_calls_id_seq OWNED BY public.service_calls.id;
CREATE TABLE public.service_places (
    id character varying(40) NOT NULL,
    service character varying(80) NOT NULL,
    until double precision NOT NULL
);
CREATE TABLE public.services (
    name character varying(80) NOT NULL,
    version integer NOT NULL,
    failures integer NOT NULL,
    closed_until double precision NOT NULL
);
CREATE TABLE public.sessions (
    id character varying(40) NOT NULL,
    "user" character varying(40) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_why character varying(60) NOT NULL,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.sessions FORCE ROW LEVEL SECURITY;
CREATE TABLE public.takes (
    id integer NOT NULL,
    project character varying(80) NOT NULL,
    stage character varying(40) NOT NULL,
    scene_id integer NOT NULL,
    cause character varying(80) NOT NULL,
    tenant character varying(80) DEFAULT 'default'::character varying NOT NULL
);
ALTER TABLE ONLY public.takes FORCE ROW LEVEL SECURITY;
CREATE SEQUENCE public.takes_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.takes_id_seq OWNED BY public.takes.id;
CREATE TABLE public.tenants (
    id character varying(80) NOT NULL,
    name character varying(255) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone
);
ALTER TABLE ONLY public.tenants FORCE ROW LEVEL SECURITY;
CREATE TABLE public.timelines (
    id character varying(40) NOT NULL,
    project character varying(80) NOT NULL,
    duration_ms integer NOT NULL,
    tracks json NOT NULL,
    edits json NOT NULL,
    version integer NOT NULL,
    render_status character varying(50) NOT NULL,
    output_path character varying(500) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.timelines FORCE ROW LEVEL SECURITY;
CREATE TABLE public.uploads (
    id character varying(40) NOT NULL,
    project character varying(80),
    name character varying(255) NOT NULL,
    media_type character varying(80) NOT NULL,
    size_bytes bigint NOT NULL,
    received_bytes bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    state character varying(20) NOT NULL,
    asset character varying(40),
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.uploads FORCE ROW LEVEL SECURITY;
CREATE TABLE public.users (
    id character varying(40) NOT NULL,
    email character varying(320) NOT NULL,
    name character varying(255) NOT NULL,
    role character varying(20) NOT NULL,
    password_hash character varying(255) NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.users FORCE ROW LEVEL SECURITY;
CREATE TABLE public.webhook_deliveries (
    id character varying(40) NOT NULL,
    webhook character varying(40) NOT NULL,
    seq bigint NOT NULL,
    kind character varying(60) NOT NULL,
    body text NOT NULL,
    state character varying(20) NOT NULL,
    attempts integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    status integer NOT NULL,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.webhook_deliveries FORCE ROW LEVEL SECURITY;
CREATE TABLE public.webhooks (
    id character varying(40) NOT NULL,
    url character varying(2000) NOT NULL,
    kinds json NOT NULL,
    secret text NOT NULL,
    previous_secret text NOT NULL,
    seen bigint NOT NULL,
    failures integer NOT NULL,
    disabled_at timestamp with time zone,
    disabled_why text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    tenant character varying(80) NOT NULL
);
ALTER TABLE ONLY public.webhooks FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY public.commands ALTER COLUMN id SET DEFAULT nextval('public.commands_id_seq'::regclass);
ALTER TABLE ONLY public.publication_metrics ALTER COLUMN id SET DEFAULT nextval('public.publication_metrics_id_seq'::regclass);
ALTER TABLE ONLY public.service_calls ALTER COLUMN id SET DEFAULT nextval('public.service_calls_id_seq'::regclass);
ALTER TABLE ONLY public.takes ALTER COLUMN id SET DEFAULT nextval('public.takes_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.budgets VALUES ('tenant:default', 10000000, 600000, 120000, 'default');
INSERT INTO public.budgets VALUES ('project:old-film-1', NULL, 600000, 120000, 'default');
INSERT INTO public.commands VALUES (1, 'old-film-1', 'film', '2026-11-22 12:00:00+00', '{}', 0, 'started', NULL, 'dead-run', 1, '2026-11-22 12:00:00+00', NULL, '2026-11-22 12:00:00+00', NULL, NULL, 'default');
INSERT INTO public.commands VALUES (2, 'old-film-2', 'film', '2026-11-22 12:00:00+00', '{}', 0, 'waiting', NULL, '', 0, NULL, NULL, NULL, NULL, NULL, 'default');
INSERT INTO public.commands VALUES (3, 'old-film-3', 'film', '2026-11-22 12:00:00+00', '{}', 0, 'succeeded', NULL, '', 1, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, 'default');
INSERT INTO public.event_counters VALUES ('default', 3);
INSERT INTO public.events VALUES ('default', 1, 'old-film-3', 'publication.state', '{"publication": "out", "state": "scheduled", "platform": "local", "from": ""}', '2026-11-23 10:17:35.338146+00');
INSERT INTO public.events VALUES ('default', 2, 'old-film-3', 'publication.state', '{"publication": "later", "state": "scheduled", "platform": "local", "from": ""}', '2026-11-23 10:17:35.346573+00');
INSERT INTO public.events VALUES ('default', 3, 'old-film-3', 'publication.state', '{"publication": "unsure", "state": "scheduled", "platform": "local", "from": ""}', '2026-11-23 10:17:35.35061+00');
INSERT INTO public.generation_ledger VALUES ('97d80389a2c9a0a5b43c4f22ec39733e6f36e27a62287699522c3fa301c1ee94', 'default', 'old-film-1', 'studio', 'voice', '{"language": "en", "speed": 1.0, "take": 0, "text": "sent before the upgrade", "voice": ""}', 'unknown', 'older-release:000000000000:4711', 1, 0, 1, 1, NULL, NULL, 'outcome_unknown', 'The line broke.', 300000, 300000, 0, '2026-11-23 10:17:35.311679+00', '2026-11-23 10:17:35.317159+00', NULL, '2026-11-23 10:17:35.318343+00');
INSERT INTO public.generation_ledger VALUES ('57e3685b75c81943be4ae512c74e84a394ef4bbd1de13a6417035f25b995e756', 'default', 'old-film-1', 'studio', 'voice', '{"language": "en", "speed": 1.0, "take": 0, "text": "failed before the upgrade", "voice": ""}', 'failed', 'older-release:000000000000:4711', 1, 0, 1, 1, NULL, NULL, 'provider_error', 'x', 300000, 0, 0, '2026-11-23 10:17:35.319956+00', '2026-11-23 10:17:35.326765+00', NULL, '2026-11-23 10:17:35.327809+00');
INSERT INTO public.generation_ledger VALUES ('88094de3b91bfeba803046c82051bed2b733f93cf06c7c182e9b0a3b9c7fe7c1', 'default', 'old-film-1', 'studio', 'voice', '{"language": "en", "speed": 1.0, "take": 0, "text": "submitted before the upgrade", "voice": ""}', 'submitted', 'older-release:000000000000:4711', 1, 1, 1, 1, '{"details": {}, "handles": {"get": "http://x"}, "id": "job-1"}', NULL, '', '', 300000, 300000, 0, '2026-11-23 10:17:35.28581+00', '2026-11-23 10:17:35.307807+00', '2026-11-23 10:17:35.310078+00', NULL);
INSERT INTO public.projects VALUES ('old-film-1', 'Été – صيف 1', '{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 1.", "voice": ""}', '2026-11-23 10:17:35.257908+00', NULL, '', 'draft', 1, 0, '', NULL, NULL, '2026-11-23 10:17:35.257908+00', NULL, NULL, 'default');
INSERT INTO public.projects VALUES ('old-film-2', 'Été – صيف 2', '{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 2.", "voice": ""}', '2026-11-23 10:17:35.275873+00', NULL, '', 'draft', 1, 0, '', NULL, NULL, '2026-11-23 10:17:35.275873+00', NULL, NULL, 'default');
INSERT INTO public.projects VALUES ('old-film-3', 'Été – صيف 3', '{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 3.", "voice": ""}', '2026-11-23 10:17:35.279315+00', NULL, '', 'draft', 1, 0, '', NULL, NULL, '2026-11-23 10:17:35.279315+00', NULL, NULL, 'default');
INSERT INTO public.publications VALUES ('out', 'old-film-3', NULL, 'local', '16:9', '', '{"caption": "", "film": "", "hashtags": [], "is_synthetic": true, "local_time": "", "options": {}, "privacy": "public", "shows_people": false, "title": "\u00c9t\u00e9"}', 'published', '2026-11-22 12:00:00+00', 'UTC', '', 1, '', 0, NULL, '{}', 0, 0, NULL, '', '', '', '', '', '{}', '2026-11-23 10:17:35.332207+00', NULL, NULL, NULL, NULL, 'default');
INSERT INTO public.publications VALUES ('later', 'old-film-3', NULL, 'local', '16:9', '', '{"caption": "", "film": "", "hashtags": [], "is_synthetic": true, "local_time": "", "options": {}, "privacy": "public", "shows_people": false, "title": "\u00c9t\u00e9"}', 'scheduled', '2126-01-01 00:00:00+00', 'UTC', '', 1, '', 0, NULL, '{}', 0, 0, NULL, '', '', '', '', '', '{}', '2026-11-23 10:17:35.344605+00', NULL, NULL, NULL, NULL, 'default');
INSERT INTO public.publications VALUES ('unsure', 'old-film-3', NULL, 'local', '16:9', '', '{"caption": "", "film": "", "hashtags": [], "is_synthetic": true, "local_time": "", "options": {}, "privacy": "public", "shows_people": false, "title": "\u00c9t\u00e9"}', 'unconfirmed', '2026-11-22 12:00:00+00', 'UTC', '', 1, '', 0, NULL, '{}', 0, 0, NULL, '', '', '', '', '', '{}', '2026-11-23 10:17:35.348977+00', NULL, NULL, NULL, NULL, 'default');
INSERT INTO public.tenants VALUES ('default', 'Default', '2026-11-22 12:00:00+00', NULL);
SELECT pg_catalog.setval('public.commands_id_seq', 3, true);
SELECT pg_catalog.setval('public.publication_metrics_id_seq', 1, false);
SELECT pg_catalog.setval('public.service_calls_id_seq', 1, false);
SELECT pg_catalog.setval('public.takes_id_seq', 1, false);
ALTER TABLE ONLY public.account_connections
    ADD CONSTRAINT account_connections_pkey PRIMARY KEY (state_hash);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (project, stage, value);
ALTER TABLE ONLY public.assets
    ADD CONSTRAINT assets_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.budgets
    ADD CONSTRAINT budgets_pkey PRIMARY KEY (scope);
ALTER TABLE ONLY public.commands
    ADD CONSTRAINT commands_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_counters
    ADD CONSTRAINT event_counters_pkey PRIMARY KEY (tenant);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (tenant, seq);
ALTER TABLE ONLY public.generation_ledger
    ADD CONSTRAINT generation_ledger_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant, key, route);
ALTER TABLE ONLY public.picks
    ADD CONSTRAINT picks_pkey PRIMARY KEY (project, stage, scene_id);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.publication_metrics
    ADD CONSTRAINT publication_metrics_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publication_slots
    ADD CONSTRAINT publication_slots_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.publications
    ADD CONSTRAINT publications_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.scene_edits
    ADD CONSTRAINT scene_edits_pkey PRIMARY KEY (project, scene_id);
ALTER TABLE ONLY public.service_calls
    ADD CONSTRAINT service_calls_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.service_places
    ADD CONSTRAINT service_places_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.takes
    ADD CONSTRAINT takes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.takes
    ADD CONSTRAINT takes_project_stage_scene_id_cause_key UNIQUE (project, stage, scene_id, cause);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.timelines
    ADD CONSTRAINT timelines_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT uq_accounts_tenant_platform_external_id UNIQUE (tenant, platform, external_id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT uq_api_keys_hash UNIQUE (hash);
ALTER TABLE ONLY public.assets
    ADD CONSTRAINT uq_assets_project_stage_scene_id_format_sha256 UNIQUE (project, stage, scene_id, format, sha256);
ALTER TABLE ONLY public.publication_slots
    ADD CONSTRAINT uq_publication_slots_account_weekday_minute_zone UNIQUE (account, weekday, minute, zone);
ALTER TABLE ONLY public.timelines
    ADD CONSTRAINT uq_timelines_project UNIQUE (project);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT uq_users_email UNIQUE (email);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);
CREATE INDEX ix_account_connections_tenant ON public.account_connections USING btree (tenant);
CREATE INDEX ix_accounts_tenant ON public.accounts USING btree (tenant);
CREATE INDEX ix_api_keys_tenant ON public.api_keys USING btree (tenant);
CREATE INDEX ix_api_keys_user ON public.api_keys USING btree ("user");
CREATE INDEX ix_approvals_tenant ON public.approvals USING btree (tenant);
CREATE INDEX ix_assets_project ON public.assets USING btree (project);
CREATE INDEX ix_assets_tenant ON public.assets USING btree (tenant);
CREATE INDEX ix_assets_tenant_created ON public.assets USING btree (tenant, created_at, id);
CREATE INDEX ix_assets_tenant_sha256 ON public.assets USING btree (tenant, sha256);
CREATE INDEX ix_budgets_tenant ON public.budgets USING btree (tenant);
CREATE INDEX ix_commands_project ON public.commands USING btree (project);
CREATE INDEX ix_commands_run_id ON public.commands USING btree (run_id);
CREATE INDEX ix_commands_state ON public.commands USING btree (state);
CREATE INDEX ix_commands_tenant ON public.commands USING btree (tenant);
CREATE INDEX ix_events_at ON public.events USING btree (at);
CREATE INDEX ix_events_project ON public.events USING btree (project);
CREATE INDEX ix_generation_ledger_project ON public.generation_ledger USING btree (project);
CREATE INDEX ix_generation_ledger_state ON public.generation_ledger USING btree (state);
CREATE INDEX ix_generation_ledger_tenant ON public.generation_ledger USING btree (tenant);
CREATE INDEX ix_picks_tenant ON public.picks USING btree (tenant);
CREATE INDEX ix_projects_status ON public.projects USING btree (status);
CREATE INDEX ix_projects_tenant ON public.projects USING btree (tenant);
CREATE INDEX ix_projects_tenant_created ON public.projects USING btree (tenant, created_at, key);
CREATE INDEX ix_publication_metrics_publication ON public.publication_metrics USING btree (publication);
CREATE INDEX ix_publication_metrics_tenant ON public.publication_metrics USING btree (tenant);
CREATE INDEX ix_publication_slots_account ON public.publication_slots USING btree (account);
CREATE INDEX ix_publication_slots_tenant ON public.publication_slots USING btree (tenant);
CREATE INDEX ix_publications_batch ON public.publications USING btree (batch);
CREATE INDEX ix_publications_due ON public.publications USING btree (state, due_at);
CREATE INDEX ix_publications_project ON public.publications USING btree (project);
CREATE INDEX ix_publications_state ON public.publications USING btree (state);
CREATE INDEX ix_publications_tenant ON public.publications USING btree (tenant);
CREATE INDEX ix_refresh_tokens_session ON public.refresh_tokens USING btree (session);
CREATE INDEX ix_refresh_tokens_tenant ON public.refresh_tokens USING btree (tenant);
CREATE INDEX ix_scene_edits_tenant ON public.scene_edits USING btree (tenant);
CREATE INDEX ix_service_calls_service ON public.service_calls USING btree (service);
CREATE INDEX ix_service_places_service ON public.service_places USING btree (service);
CREATE INDEX ix_sessions_tenant ON public.sessions USING btree (tenant);
CREATE INDEX ix_sessions_user ON public.sessions USING btree ("user");
CREATE INDEX ix_takes_project ON public.takes USING btree (project);
CREATE INDEX ix_takes_tenant ON public.takes USING btree (tenant);
CREATE INDEX ix_timelines_tenant ON public.timelines USING btree (tenant);
CREATE INDEX ix_uploads_tenant ON public.uploads USING btree (tenant);
CREATE INDEX ix_users_tenant ON public.users USING btree (tenant);
CREATE INDEX ix_webhook_deliveries_due_at ON public.webhook_deliveries USING btree (due_at);
CREATE INDEX ix_webhook_deliveries_state ON public.webhook_deliveries USING btree (state);
CREATE INDEX ix_webhook_deliveries_tenant ON public.webhook_deliveries USING btree (tenant);
CREATE INDEX ix_webhook_deliveries_webhook ON public.webhook_deliveries USING btree (webhook);
CREATE INDEX ix_webhooks_tenant ON public.webhooks USING btree (tenant);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT fk_api_keys_user FOREIGN KEY ("user") REFERENCES public.users(id);
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT fk_approvals_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.assets
    ADD CONSTRAINT fk_assets_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.commands
    ADD CONSTRAINT fk_commands_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.picks
    ADD CONSTRAINT fk_picks_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT fk_projects_owner FOREIGN KEY (owner) REFERENCES public.users(id);
ALTER TABLE ONLY public.publication_metrics
    ADD CONSTRAINT fk_publication_metrics_publication FOREIGN KEY (publication) REFERENCES public.publications(id);
ALTER TABLE ONLY public.publication_slots
    ADD CONSTRAINT fk_publication_slots_account FOREIGN KEY (account) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.publications
    ADD CONSTRAINT fk_publications_account FOREIGN KEY (account) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.publications
    ADD CONSTRAINT fk_publications_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT fk_refresh_tokens_session FOREIGN KEY (session) REFERENCES public.sessions(id);
ALTER TABLE ONLY public.scene_edits
    ADD CONSTRAINT fk_scene_edits_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_user FOREIGN KEY ("user") REFERENCES public.users(id);
ALTER TABLE ONLY public.takes
    ADD CONSTRAINT fk_takes_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.timelines
    ADD CONSTRAINT fk_timelines_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT fk_uploads_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT fk_webhook_deliveries_webhook FOREIGN KEY (webhook) REFERENCES public.webhooks(id);
ALTER TABLE public.account_connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.approvals ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.assets ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.budgets ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.commands ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.generation_ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.picks ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.projects ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.publication_metrics ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.publication_slots ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.publications ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.scene_edits ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.takes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenants_apart ON public.account_connections USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.accounts USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.api_keys USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.approvals USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.assets USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.budgets USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.commands USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.event_counters USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.events USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.generation_ledger USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.idempotency_keys USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.picks USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.projects USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.publication_metrics USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.publication_slots USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.publications USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.refresh_tokens USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.scene_edits USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.sessions USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.takes USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.tenants USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((id)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((id)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.timelines USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.uploads USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.users USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.webhook_deliveries USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
CREATE POLICY tenants_apart ON public.webhooks USING (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true)))) WITH CHECK (((current_setting('app.tenant'::text, true) = '*'::text) OR ((tenant)::text = current_setting('app.tenant'::text, true))));
ALTER TABLE public.timelines ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.webhooks ENABLE ROW LEVEL SECURITY;
