BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE "budgets" (
	scope VARCHAR(160) NOT NULL, 
	cap_microusd BIGINT, 
	held_microusd BIGINT NOT NULL, 
	spent_microusd BIGINT NOT NULL, 
	PRIMARY KEY (scope)
);
INSERT INTO "budgets" VALUES('tenant:default',10000000,600000,120000);
INSERT INTO "budgets" VALUES('project:old-film-1',NULL,600000,120000);
CREATE TABLE "commands" (
	id INTEGER NOT NULL, 
	project VARCHAR(80) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fk_commands_project FOREIGN KEY(project) REFERENCES projects ("key")
);
INSERT INTO "commands" VALUES(1,'old-film-1','film','2026-11-22 12:00:00.000000');
INSERT INTO "commands" VALUES(2,'old-film-2','film','2026-11-22 12:00:00.000000');
INSERT INTO "commands" VALUES(3,'old-film-3','film','2026-11-22 12:00:00.000000');
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
CREATE TABLE "projects" (
	"key" VARCHAR(80) NOT NULL, 
	title VARCHAR(255) NOT NULL, 
	brief JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "projects" VALUES('old-film-1','Été – صيف 1','{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 1.", "voice": ""}','2026-11-23 10:17:32.821648');
INSERT INTO "projects" VALUES('old-film-2','Été – صيف 2','{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 2.", "voice": ""}','2026-11-23 10:17:32.862313');
INSERT INTO "projects" VALUES('old-film-3','Été – صيف 3','{"avatar": "", "duration_s": 60, "formats": ["16:9"], "language": "en", "look": {"accent": "#FFD050", "captions": {"place": "bottom", "size": 1.0, "style": "active_word"}, "exports": [], "fit": "crop", "grade": {"contrast": 0.0, "exposure_stops": 0.0, "lut": null, "preset": "none", "saturation": 1.0, "temperature": 0.0}, "label": null, "logo": null, "network": "any", "presenter": "full", "progress_bar": false, "titles": false}, "providers": {}, "source": "", "style": "clean", "text": "An old brief 3.", "voice": ""}','2026-11-23 10:17:32.870266');
CREATE TABLE "scene_edits" (
	project VARCHAR(80) NOT NULL, 
	scene_id INTEGER NOT NULL, 
	edit JSON NOT NULL, 
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
CREATE TABLE "takes" (
	id INTEGER NOT NULL, 
	project VARCHAR(80) NOT NULL, 
	stage VARCHAR(40) NOT NULL, 
	scene_id INTEGER NOT NULL, 
	cause VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT takes_project_stage_scene_id_cause_key UNIQUE (project, stage, scene_id, cause), 
	CONSTRAINT fk_takes_project FOREIGN KEY(project) REFERENCES projects ("key")
);
CREATE INDEX ix_generation_ledger_project ON generation_ledger (project);
CREATE INDEX ix_generation_ledger_state ON generation_ledger (state);
CREATE INDEX ix_generation_ledger_tenant ON generation_ledger (tenant);
CREATE INDEX ix_service_calls_service ON service_calls (service);
CREATE INDEX ix_service_places_service ON service_places (service);
CREATE INDEX ix_takes_project ON takes (project);
CREATE INDEX ix_commands_project ON commands (project);
COMMIT;
