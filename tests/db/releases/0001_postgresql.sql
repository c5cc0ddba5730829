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
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.budgets (
    scope character varying(160) NOT NULL,
    cap_microusd bigint,
    held_microusd bigint NOT NULL,
    spent_microusd bigint NOT NULL
);
CREATE TABLE public.commands (
    id integer NOT NULL,
    project character varying(80) NOT NULL,
    kind character varying(40) NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.commands_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.commands_id_seq OWNED BY public.commands.id;
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
CREATE TABLE public.projects (
    key character varying(80) NOT NULL,
    title character varying(255) NOT NULL,
    brief json NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.scene_edits (
    project character varying(80) NOT NULL,
    scene_id integer NOT NULL,
    edit json NOT NULL
);
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
CREATE TABLE public.takes (
    id integer NOT NULL,
    project character varying(80) NOT NULL,
    stage character varying(40) NOT NULL,
    scene_id integer NOT NULL,
    cause character varying(80) NOT NULL
);
CREATE SEQUENCE public.takes_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.takes_id_seq OWNED BY public.takes.id;
ALTER TABLE ONLY public.commands ALTER COLUMN id SET DEFAULT nextval('public.commands_id_seq'::regclass);
ALTER TABLE ONLY public.service_calls ALTER COLUMN id SET DEFAULT nextval('public.service_calls_id_seq'::regclass);
ALTER TABLE ONLY public.takes ALTER COLUMN id SET DEFAULT nextval('public.takes_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.budgets VALUES ('tenant:default', 10000000, 600000, 120000);
INSERT INTO public.budgets VALUES ('project:old-film-1', NULL, 600000, 120000);
INSERT INTO public.commands VALUES (1, 'old-film-1', 'film', '2026-11-22 12:00:00+00');
INSERT INTO public.commands VALUES (2, 'old-film-2', 'film', '2026-11-22 12:00:00+00');
INSERT INTO public.commands VALUES (3, 'old-film-3', 'film', '2026-11-22 12:00:00+00');
INSERT INTO public.generation_ledger VALUES ('97d80389a2c9a0a5b43c4f22ec39733e6f36e27a62287699522c3fa301c1ee94', 'default', 'old-film-1', 'studio', 'voice', '{"language": "en", "speed": 1.0, "take": 0, "text": "sent before the upgrade", "voice": ""}', 'unknown', 'older-release:000000000000:4711', 1, 0, 1, 1, NULL, NULL, 'outcome_unknown', 'The line broke.', 300000, 300000, 0, '2026-11-23 10:17:35.311679+00', '2026-11-23 10:17:35.317159+00', NULL, '2026-11-23 10:17:35.318343+00');
INSERT INTO public.generation_ledger VALUES ('57e3685b75c81943be4ae512c74e84a394ef4bbd1de13a6417035f25b995e756', 'default', 'old-film-1', 'studio', 'voice', '{"language": "en", "speed": 1.0, "take": 0, "text": "failed before the upgrade", "voice": ""}', 'failed', 'older-release:000000000000:4711', 1, 0, 1, 1, NULL, NULL, 'provider_error', 'x', 300000, 0, 0, '2026-11-23 10:17:35.319956+00', '2026-11-23 10:17:35.326765+00', NULL, '2026-11-23 10:17:35.327809+00');
INSERT INTO public.generation_ledger VALUES ('88094de3b91bfeba803046c82051bed2b733f93cf06c7c182e9b0a3b9c7fe7c1', 'default', 'old-film-1', 'studio', 'voice', '{"language": "en", "speed": 1.0, "take": 0, "text": "submitted before the upgrade", "voice": ""}', 'submitted', 'older-release:000000000000:4711', 1, 1, 1, 1, '{"details": {}, "handles": {"get": "http://x"}, "id": "job-1"}', NULL, '', '', 300000, 300000, 0, '2026-11-23 10:17:35.28581+00', '2026-11-23 10:17:35.307807+00', '2026-11-23 10:17:35.310078+00', NULL);
INSERT INTO public.projects VALUES ('old-film-1', 'Été – صيف 1', '{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 1.", "voice": ""}', '2026-11-23 10:17:35.257908+00');
INSERT INTO public.projects VALUES ('old-film-2', 'Été – صيف 2', '{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 2.", "voice": ""}', '2026-11-23 10:17:35.275873+00');
INSERT INTO public.projects VALUES ('old-film-3', 'Été – صيف 3', '{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 3.", "voice": ""}', '2026-11-23 10:17:35.279315+00');
SELECT pg_catalog.setval('public.commands_id_seq', 3, true);
SELECT pg_catalog.setval('public.service_calls_id_seq', 1, false);
SELECT pg_catalog.setval('public.takes_id_seq', 1, false);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.budgets
    ADD CONSTRAINT budgets_pkey PRIMARY KEY (scope);
ALTER TABLE ONLY public.commands
    ADD CONSTRAINT commands_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.generation_ledger
    ADD CONSTRAINT generation_ledger_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.scene_edits
    ADD CONSTRAINT scene_edits_pkey PRIMARY KEY (project, scene_id);
ALTER TABLE ONLY public.service_calls
    ADD CONSTRAINT service_calls_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.service_places
    ADD CONSTRAINT service_places_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.takes
    ADD CONSTRAINT takes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.takes
    ADD CONSTRAINT takes_project_stage_scene_id_cause_key UNIQUE (project, stage, scene_id, cause);
CREATE INDEX ix_commands_project ON public.commands USING btree (project);
CREATE INDEX ix_generation_ledger_project ON public.generation_ledger USING btree (project);
CREATE INDEX ix_generation_ledger_state ON public.generation_ledger USING btree (state);
CREATE INDEX ix_generation_ledger_tenant ON public.generation_ledger USING btree (tenant);
CREATE INDEX ix_service_calls_service ON public.service_calls USING btree (service);
CREATE INDEX ix_service_places_service ON public.service_places USING btree (service);
CREATE INDEX ix_takes_project ON public.takes USING btree (project);
ALTER TABLE ONLY public.commands
    ADD CONSTRAINT fk_commands_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.scene_edits
    ADD CONSTRAINT fk_scene_edits_project FOREIGN KEY (project) REFERENCES public.projects(key);
ALTER TABLE ONLY public.takes
    ADD CONSTRAINT fk_takes_project FOREIGN KEY (project) REFERENCES public.projects(key);
