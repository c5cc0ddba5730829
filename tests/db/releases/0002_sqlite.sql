BEGIN TRANSACTION;
CREATE TABLE account_connections (
	state_hash VARCHAR(64) NOT NULL, 
	user VARCHAR(40) NOT NULL, 
	platform VARCHAR(40) NOT NULL, 
	verifier TEXT NOT NULL, 
	redirect_uri VARCHAR(2000) NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (state_hash)
);
CREATE TABLE accounts (
	id VARCHAR(40) NOT NULL, 
	platform VARCHAR(40) NOT NULL, 
	external_id VARCHAR(255) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	scopes JSON NOT NULL, 
	access_token TEXT NOT NULL, 
	refresh_token TEXT NOT NULL, 
	token_expires_at DATETIME, 
	health VARCHAR(40) NOT NULL, 
	health_why TEXT NOT NULL, 
	facts JSON NOT NULL, 
	version INTEGER NOT NULL, 
	connected_at DATETIME NOT NULL, 
	checked_at DATETIME, 
	disconnected_at DATETIME, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_accounts_tenant_platform_external_id UNIQUE (tenant, platform, external_id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE api_keys (
	id VARCHAR(40) NOT NULL, 
	user VARCHAR(40) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	prefix VARCHAR(20) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	last_used_at DATETIME, 
	revoked_at DATETIME, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_api_keys_user FOREIGN KEY(user) REFERENCES users (id), 
	CONSTRAINT uq_api_keys_hash UNIQUE (hash)
);
CREATE TABLE approvals (
	project VARCHAR(80) NOT NULL, 
	stage VARCHAR(40) NOT NULL, 
	value VARCHAR(64) NOT NULL, 
	user VARCHAR(40), 
	approved_at DATETIME NOT NULL, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (project, stage, value), 
	CONSTRAINT fk_approvals_project FOREIGN KEY(project) REFERENCES projects ("key")
);
CREATE TABLE assets (
	id VARCHAR(40) NOT NULL, 
	project VARCHAR(80), 
	kind VARCHAR(50) NOT NULL, 
	stage VARCHAR(40) NOT NULL, 
	scene_id INTEGER NOT NULL, 
	format VARCHAR(10) NOT NULL, 
	take INTEGER NOT NULL, 
	provider VARCHAR(100) NOT NULL, 
	prompt TEXT NOT NULL, 
	generation VARCHAR(64) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	media_type VARCHAR(80) NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	metadata JSON NOT NULL, 
	cost_microusd BIGINT NOT NULL, 
	is_current BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_assets_project FOREIGN KEY(project) REFERENCES projects ("key"), 
	CONSTRAINT uq_assets_project_stage_scene_id_format_sha256 UNIQUE (project, stage, scene_id, format, sha256)
);
CREATE TABLE budgets (
	scope VARCHAR(160) NOT NULL, 
	cap_microusd BIGINT, 
	held_microusd BIGINT NOT NULL, 
	spent_microusd BIGINT NOT NULL, tenant VARCHAR(80) DEFAULT 'default' NOT NULL, 
	PRIMARY KEY (scope)
);
INSERT INTO "budgets" VALUES('tenant:default',10000000,600000,120000,'default');
INSERT INTO "budgets" VALUES('project:old-film-1',NULL,600000,120000,'default');
CREATE TABLE commands (
	id INTEGER NOT NULL, 
	project VARCHAR(80) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	created_at DATETIME NOT NULL, arguments JSON DEFAULT '{}' NOT NULL, priority INTEGER DEFAULT '0' NOT NULL, state VARCHAR(20) DEFAULT 'succeeded' NOT NULL, user VARCHAR(40), run_id VARCHAR(80) DEFAULT '' NOT NULL, attempts INTEGER DEFAULT '0' NOT NULL, heartbeat_at DATETIME, failure JSON, started_at DATETIME, finished_at DATETIME, cancel_asked_at DATETIME, tenant VARCHAR(80) DEFAULT 'default' NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_commands_project FOREIGN KEY(project) REFERENCES projects ("key")
);
INSERT INTO "commands" VALUES(1,'old-film-1','film','2026-11-22 12:00:00.000000','{}',0,'started',NULL,'dead-run',1,'2026-11-22 12:00:00.000000',NULL,'2026-11-22 12:00:00.000000',NULL,NULL,'default');
INSERT INTO "commands" VALUES(2,'old-film-2','film','2026-11-22 12:00:00.000000','{}',0,'waiting',NULL,'',0,NULL,NULL,NULL,NULL,NULL,'default');
INSERT INTO "commands" VALUES(3,'old-film-3','film','2026-11-22 12:00:00.000000','{}',0,'succeeded',NULL,'',1,NULL,NULL,'2026-11-22 12:00:00.000000','2026-11-22 12:00:00.000000',NULL,'default');
CREATE TABLE event_counters (
	tenant VARCHAR(80) NOT NULL, 
	last BIGINT NOT NULL, 
	PRIMARY KEY (tenant)
);
INSERT INTO "event_counters" VALUES('default',3);
CREATE TABLE events (
	tenant VARCHAR(80) NOT NULL, 
	seq BIGINT NOT NULL, 
	project VARCHAR(80), 
	kind VARCHAR(60) NOT NULL, 
	data JSON NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (tenant, seq)
);
INSERT INTO "events" VALUES('default',1,'old-film-3','publication.state','{"publication": "out", "state": "scheduled", "platform": "local", "from": ""}','2026-11-23 10:17:33.009888');
INSERT INTO "events" VALUES('default',2,'old-film-3','publication.state','{"publication": "later", "state": "scheduled", "platform": "local", "from": ""}','2026-11-23 10:17:33.016330');
INSERT INTO "events" VALUES('default',3,'old-film-3','publication.state','{"publication": "unsure", "state": "scheduled", "platform": "local", "from": ""}','2026-11-23 10:17:33.019102');
CREATE TABLE generation_ledger (
	"key" VARCHAR(64) NOT NULL, 
	tenant VARCHAR(80) NOT NULL, 
	project VARCHAR(80) NOT NULL, 
	provider VARCHAR(80) NOT NULL, 
	capability VARCHAR(40) NOT NULL, 
	request JSON NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	owner VARCHAR(80) NOT NULL, 
	fence INTEGER NOT NULL, 
	lease_until FLOAT NOT NULL, 
	attempts INTEGER NOT NULL, 
	sends INTEGER NOT NULL, 
	job JSON, 
	result JSON, 
	error_code VARCHAR(60) NOT NULL, 
	error TEXT NOT NULL, 
	estimate_microusd BIGINT NOT NULL, 
	held_microusd BIGINT NOT NULL, 
	cost_microusd BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	submitted_at DATETIME, 
	finished_at DATETIME, 
	PRIMARY KEY ("key")
);
INSERT INTO "generation_ledger" VALUES('88094de3b91bfeba803046c82051bed2b733f93cf06c7c182e9b0a3b9c7fe7c1','default','old-film-1','studio','voice','{"language": "en", "speed": 1.0, "take": 0, "text": "submitted before the upgrade", "voice": ""}','submitted','older-release:000000000000:4711',1,1.0,1,1,'{"details": {}, "handles": {"get": "http://x"}, "id": "job-1"}',NULL,'','',300000,300000,0,'2026-11-23 10:17:32.888168','2026-11-23 10:17:32.947433','2026-11-23 10:17:32.963336',NULL);
INSERT INTO "generation_ledger" VALUES('97d80389a2c9a0a5b43c4f22ec39733e6f36e27a62287699522c3fa301c1ee94','default','old-film-1','studio','voice','{"language": "en", "speed": 1.0, "take": 0, "text": "sent before the upgrade", "voice": ""}','unknown','older-release:000000000000:4711',1,0.0,1,1,NULL,NULL,'outcome_unknown','The line broke.',300000,300000,0,'2026-11-23 10:17:32.986086','2026-11-23 10:17:32.992610',NULL,'2026-11-23 10:17:32.993536');
INSERT INTO "generation_ledger" VALUES('57e3685b75c81943be4ae512c74e84a394ef4bbd1de13a6417035f25b995e756','default','old-film-1','studio','voice','{"language": "en", "speed": 1.0, "take": 0, "text": "failed before the upgrade", "voice": ""}','failed','older-release:000000000000:4711',1,0.0,1,1,NULL,NULL,'provider_error','x',300000,0,0,'2026-11-23 10:17:32.995303','2026-11-23 10:17:32.999279',NULL,'2026-11-23 10:17:33.000136');
CREATE TABLE idempotency_keys (
	tenant VARCHAR(80) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	route VARCHAR(120) NOT NULL, 
	request_hash VARCHAR(64) NOT NULL, 
	status INTEGER NOT NULL, 
	headers JSON NOT NULL, 
	answer TEXT, 
	lease_until DATETIME NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (tenant, "key", route)
);
CREATE TABLE picks (
	project VARCHAR(80) NOT NULL, 
	stage VARCHAR(40) NOT NULL, 
	scene_id INTEGER NOT NULL, 
	take INTEGER NOT NULL, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (project, stage, scene_id), 
	CONSTRAINT fk_picks_project FOREIGN KEY(project) REFERENCES projects ("key")
);
CREATE TABLE "projects" (
	"key" VARCHAR(80) NOT NULL, 
	title VARCHAR(255) NOT NULL, 
	brief JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	owner VARCHAR(40), 
	description TEXT DEFAULT '' NOT NULL, 
	status VARCHAR(50) DEFAULT 'draft' NOT NULL, 
	version INTEGER DEFAULT '1' NOT NULL, 
	progress FLOAT DEFAULT '0' NOT NULL, 
	sentence TEXT DEFAULT '' NOT NULL, 
	failure JSON, 
	copied_from VARCHAR(80), 
	updated_at DATETIME, 
	archived_at DATETIME, 
	retired_at DATETIME, 
	tenant VARCHAR(80) DEFAULT 'default' NOT NULL, 
	PRIMARY KEY ("key"), 
	CONSTRAINT fk_projects_owner FOREIGN KEY(owner) REFERENCES users (id)
);
INSERT INTO "projects" VALUES('old-film-1','Été – صيف 1','{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 1.", "voice": ""}','2026-11-23 10:17:32.821648',NULL,'','draft',1,0.0,'',NULL,NULL,'2026-11-23 10:17:32.821648',NULL,NULL,'default');
INSERT INTO "projects" VALUES('old-film-2','Été – صيف 2','{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 2.", "voice": ""}','2026-11-23 10:17:32.862313',NULL,'','draft',1,0.0,'',NULL,NULL,'2026-11-23 10:17:32.862313',NULL,NULL,'default');
INSERT INTO "projects" VALUES('old-film-3','Été – صيف 3','{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 3.", "voice": ""}','2026-11-23 10:17:32.870266',NULL,'','draft',1,0.0,'',NULL,NULL,'2026-11-23 10:17:32.870266',NULL,NULL,'default');
CREATE TABLE publication_metrics (
	id INTEGER NOT NULL, 
	publication VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	views BIGINT, 
	likes BIGINT, 
	comments BIGINT, 
	shares BIGINT, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_publication_metrics_publication FOREIGN KEY(publication) REFERENCES publications (id)
);
CREATE TABLE publication_slots (
	id VARCHAR(40) NOT NULL, 
	account VARCHAR(40) NOT NULL, 
	weekday INTEGER NOT NULL, 
	minute INTEGER NOT NULL, 
	zone VARCHAR(64) NOT NULL, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_publication_slots_account FOREIGN KEY(account) REFERENCES accounts (id), 
	CONSTRAINT uq_publication_slots_account_weekday_minute_zone UNIQUE (account, weekday, minute, zone)
);
CREATE TABLE publications (
	id VARCHAR(40) NOT NULL, 
	project VARCHAR(80) NOT NULL, 
	account VARCHAR(40), 
	platform VARCHAR(40) NOT NULL, 
	format VARCHAR(10) NOT NULL, 
	film VARCHAR(64) NOT NULL, 
	post JSON NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	due_at DATETIME NOT NULL, 
	zone VARCHAR(64) NOT NULL, 
	batch VARCHAR(40) NOT NULL, 
	version INTEGER NOT NULL, 
	owner VARCHAR(80) NOT NULL, 
	fence INTEGER NOT NULL, 
	lease_until DATETIME, 
	handle JSON NOT NULL, 
	commits INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	retry_at DATETIME, 
	url VARCHAR(2000) NOT NULL, 
	external_id VARCHAR(255) NOT NULL, 
	error_code VARCHAR(60) NOT NULL, 
	error TEXT NOT NULL, 
	late_why TEXT NOT NULL, 
	disclosure JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	committed_at DATETIME, 
	published_at DATETIME, 
	checked_at DATETIME, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_publications_account FOREIGN KEY(account) REFERENCES accounts (id), 
	CONSTRAINT fk_publications_project FOREIGN KEY(project) REFERENCES projects ("key")
);
INSERT INTO "publications" VALUES('out','old-film-3',NULL,'local','16:9','','{"caption": "", "film": "", "hashtags": [], "is_synthetic": true, "local_time": "", "options": {}, "privacy": "public", "shows_people": false, "title": "\u00c9t\u00e9"}','published','2026-11-22 12:00:00.000000','UTC','',1,'',0,NULL,'{}',0,0,NULL,'','','','','','{}','2026-11-23 10:17:33.004000',NULL,NULL,NULL,NULL,'default');
INSERT INTO "publications" VALUES('later','old-film-3',NULL,'local','16:9','','{"caption": "", "film": "", "hashtags": [], "is_synthetic": true, "local_time": "", "options": {}, "privacy": "public", "shows_people": false, "title": "\u00c9t\u00e9"}','scheduled','2126-01-01 00:00:00.000000','UTC','',1,'',0,NULL,'{}',0,0,NULL,'','','','','','{}','2026-11-23 10:17:33.015000',NULL,NULL,NULL,NULL,'default');
INSERT INTO "publications" VALUES('unsure','old-film-3',NULL,'local','16:9','','{"caption": "", "film": "", "hashtags": [], "is_synthetic": true, "local_time": "", "options": {}, "privacy": "public", "shows_people": false, "title": "\u00c9t\u00e9"}','unconfirmed','2026-11-22 12:00:00.000000','UTC','',1,'',0,NULL,'{}',0,0,NULL,'','','','','','{}','2026-11-23 10:17:33.018000',NULL,NULL,NULL,NULL,'default');
CREATE TABLE refresh_tokens (
	hash VARCHAR(64) NOT NULL, 
	session VARCHAR(40) NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (hash), 
	CONSTRAINT fk_refresh_tokens_session FOREIGN KEY(session) REFERENCES sessions (id)
);
CREATE TABLE scene_edits (
	project VARCHAR(80) NOT NULL, 
	scene_id INTEGER NOT NULL, 
	edit JSON NOT NULL, tenant VARCHAR(80) DEFAULT 'default' NOT NULL, 
	PRIMARY KEY (project, scene_id), 
	CONSTRAINT fk_scene_edits_project FOREIGN KEY(project) REFERENCES projects ("key")
);
CREATE TABLE service_calls (
	id INTEGER NOT NULL, 
	service VARCHAR(80) NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE service_places (
	id VARCHAR(40) NOT NULL, 
	service VARCHAR(80) NOT NULL, 
	until FLOAT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE services (
	name VARCHAR(80) NOT NULL, 
	version INTEGER NOT NULL, 
	failures INTEGER NOT NULL, 
	closed_until FLOAT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE sessions (
	id VARCHAR(40) NOT NULL, 
	user VARCHAR(40) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	revoked_why VARCHAR(60) NOT NULL, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_sessions_user FOREIGN KEY(user) REFERENCES users (id)
);
CREATE TABLE takes (
	id INTEGER NOT NULL, 
	project VARCHAR(80) NOT NULL, 
	stage VARCHAR(40) NOT NULL, 
	scene_id INTEGER NOT NULL, 
	cause VARCHAR(80) NOT NULL, tenant VARCHAR(80) DEFAULT 'default' NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_takes_project FOREIGN KEY(project) REFERENCES projects ("key"), 
	CONSTRAINT takes_project_stage_scene_id_cause_key UNIQUE (project, stage, scene_id, cause)
);
CREATE TABLE tenants (
	id VARCHAR(80) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	created_at DATETIME NOT NULL, 
	disabled_at DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO "tenants" VALUES('default','Default','2026-11-22 12:00:00.000000',NULL);
CREATE TABLE timelines (
	id VARCHAR(40) NOT NULL, 
	project VARCHAR(80) NOT NULL, 
	duration_ms INTEGER NOT NULL, 
	tracks JSON NOT NULL, 
	edits JSON NOT NULL, 
	version INTEGER NOT NULL, 
	render_status VARCHAR(50) NOT NULL, 
	output_path VARCHAR(500) NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_timelines_project FOREIGN KEY(project) REFERENCES projects ("key"), 
	CONSTRAINT uq_timelines_project UNIQUE (project)
);
CREATE TABLE uploads (
	id VARCHAR(40) NOT NULL, 
	project VARCHAR(80), 
	name VARCHAR(255) NOT NULL, 
	media_type VARCHAR(80) NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	received_bytes BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	asset VARCHAR(40), 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_uploads_project FOREIGN KEY(project) REFERENCES projects ("key")
);
CREATE TABLE users (
	id VARCHAR(40) NOT NULL, 
	email VARCHAR(320) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	password_hash VARCHAR(255) NOT NULL, 
	version INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	disabled_at DATETIME, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_users_email UNIQUE (email)
);
CREATE TABLE webhook_deliveries (
	id VARCHAR(40) NOT NULL, 
	webhook VARCHAR(40) NOT NULL, 
	seq BIGINT NOT NULL, 
	kind VARCHAR(60) NOT NULL, 
	body TEXT NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	attempts INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	status INTEGER NOT NULL, 
	error TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_webhook_deliveries_webhook FOREIGN KEY(webhook) REFERENCES webhooks (id)
);
CREATE TABLE webhooks (
	id VARCHAR(40) NOT NULL, 
	url VARCHAR(2000) NOT NULL, 
	kinds JSON NOT NULL, 
	secret TEXT NOT NULL, 
	previous_secret TEXT NOT NULL, 
	seen BIGINT NOT NULL, 
	failures INTEGER NOT NULL, 
	disabled_at DATETIME, 
	disabled_why TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	tenant VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX ix_generation_ledger_project ON generation_ledger (project);
CREATE INDEX ix_generation_ledger_state ON generation_ledger (state);
CREATE INDEX ix_generation_ledger_tenant ON generation_ledger (tenant);
CREATE INDEX ix_service_calls_service ON service_calls (service);
CREATE INDEX ix_service_places_service ON service_places (service);
CREATE INDEX ix_commands_project ON commands (project);
CREATE INDEX ix_takes_project ON takes (project);
CREATE INDEX ix_account_connections_tenant ON account_connections (tenant);
CREATE INDEX ix_accounts_tenant ON accounts (tenant);
CREATE INDEX ix_events_at ON events (at);
CREATE INDEX ix_events_project ON events (project);
CREATE INDEX ix_users_tenant ON users (tenant);
CREATE INDEX ix_webhooks_tenant ON webhooks (tenant);
CREATE INDEX ix_api_keys_tenant ON api_keys (tenant);
CREATE INDEX ix_api_keys_user ON api_keys (user);
CREATE INDEX ix_publication_slots_account ON publication_slots (account);
CREATE INDEX ix_publication_slots_tenant ON publication_slots (tenant);
CREATE INDEX ix_sessions_tenant ON sessions (tenant);
CREATE INDEX ix_sessions_user ON sessions (user);
CREATE INDEX ix_webhook_deliveries_due_at ON webhook_deliveries (due_at);
CREATE INDEX ix_webhook_deliveries_state ON webhook_deliveries (state);
CREATE INDEX ix_webhook_deliveries_tenant ON webhook_deliveries (tenant);
CREATE INDEX ix_webhook_deliveries_webhook ON webhook_deliveries (webhook);
CREATE INDEX ix_approvals_tenant ON approvals (tenant);
CREATE INDEX ix_assets_project ON assets (project);
CREATE INDEX ix_assets_tenant ON assets (tenant);
CREATE INDEX ix_assets_tenant_created ON assets (tenant, created_at, id);
CREATE INDEX ix_assets_tenant_sha256 ON assets (tenant, sha256);
CREATE INDEX ix_picks_tenant ON picks (tenant);
CREATE INDEX ix_publications_batch ON publications (batch);
CREATE INDEX ix_publications_due ON publications (state, due_at);
CREATE INDEX ix_publications_project ON publications (project);
CREATE INDEX ix_publications_state ON publications (state);
CREATE INDEX ix_publications_tenant ON publications (tenant);
CREATE INDEX ix_refresh_tokens_session ON refresh_tokens (session);
CREATE INDEX ix_refresh_tokens_tenant ON refresh_tokens (tenant);
CREATE INDEX ix_timelines_tenant ON timelines (tenant);
CREATE INDEX ix_uploads_tenant ON uploads (tenant);
CREATE INDEX ix_publication_metrics_publication ON publication_metrics (publication);
CREATE INDEX ix_publication_metrics_tenant ON publication_metrics (tenant);
CREATE INDEX ix_budgets_tenant ON budgets (tenant);
CREATE INDEX ix_commands_run_id ON commands (run_id);
CREATE INDEX ix_commands_state ON commands (state);
CREATE INDEX ix_commands_tenant ON commands (tenant);
CREATE INDEX ix_projects_status ON projects (status);
CREATE INDEX ix_projects_tenant ON projects (tenant);
CREATE INDEX ix_projects_tenant_created ON projects (tenant, created_at, "key");
CREATE INDEX ix_scene_edits_tenant ON scene_edits (tenant);
CREATE INDEX ix_takes_tenant ON takes (tenant);
COMMIT;
