"""Tenants, people, what they may do, and everything that is kept for them."""

import sqlalchemy as sa
from alembic import op

from video_platform.db.row_security import guard, unguard

revision = "0002"
down_revision = "0001"

_TENANTED = [
    "account_connections",
    "accounts",
    "api_keys",
    "approvals",
    "assets",
    "budgets",
    "commands",
    "event_counters",
    "events",
    "generation_ledger",
    "idempotency_keys",
    "picks",
    "projects",
    "publication_metrics",
    "publication_slots",
    "publications",
    "refresh_tokens",
    "scene_edits",
    "sessions",
    "takes",
    "timelines",
    "uploads",
    "users",
    "webhook_deliveries",
    "webhooks",
]


def _on_postgres(statements: list[str]) -> None:
    if op.get_context().dialect.name == "postgresql":
        for statement in statements:
            op.execute(statement)


def upgrade() -> None:
    op.create_table(
        "account_connections",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.String(length=2000), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("state_hash"),
    )
    with op.batch_alter_table("account_connections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_connections_tenant"), ["tenant"], unique=False)

    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("health", sa.String(length=40), nullable=False),
        sa.Column("health_why", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disconnected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "tenant",
            "platform",
            "external_id",
            name=op.f("uq_accounts_tenant_platform_external_id"),
        ),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_tenant"), ["tenant"], unique=False)

    op.create_table(
        "event_counters",
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )
    op.create_table(
        "events",
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("project", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "seq"),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_project"), ["project"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("route", sa.String(length=120), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key", "route"),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_tenant"), ["tenant"], unique=False)

    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("webhooks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhooks_tenant"), ["tenant"], unique=False)

    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_api_keys_user")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_keys_tenant"), ["tenant"], unique=False)
        batch_op.create_index(batch_op.f("ix_api_keys_user"), ["user"], unique=False)

    op.create_table(
        "publication_slots",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name=op.f("fk_publication_slots_account")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "account",
            "weekday",
            "minute",
            "zone",
            name=op.f("uq_publication_slots_account_weekday_minute_zone"),
        ),
    )
    with op.batch_alter_table("publication_slots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_slots_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_slots_tenant"), ["tenant"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_why", sa.String(length=60), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_sessions_user")),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_tenant"), ["tenant"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_user"), ["user"], unique=False)

    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("webhook", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_deliveries_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_webhook_deliveries_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_webhook_deliveries_tenant"), ["tenant"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_webhook_deliveries_webhook"), ["webhook"], unique=False
        )

    op.create_table(
        "approvals",
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=40), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.key"], name=op.f("fk_approvals_project")),
        sa.PrimaryKeyConstraint("project", "stage", "value"),
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approvals_tenant"), ["tenant"], unique=False)

    op.create_table(
        "assets",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("scene_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=100), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("generation", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.key"], name=op.f("fk_assets_project")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "project",
            "stage",
            "scene_id",
            "format",
            "sha256",
            name=op.f("uq_assets_project_stage_scene_id_format_sha256"),
        ),
    )
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assets_project"), ["project"], unique=False)
        batch_op.create_index(batch_op.f("ix_assets_tenant"), ["tenant"], unique=False)
        batch_op.create_index(
            "ix_assets_tenant_created", ["tenant", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_assets_tenant_sha256", ["tenant", "sha256"], unique=False)

    op.create_table(
        "picks",
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("scene_id", sa.Integer(), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.key"], name=op.f("fk_picks_project")),
        sa.PrimaryKeyConstraint("project", "stage", "scene_id"),
    )
    with op.batch_alter_table("picks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_picks_tenant"), ["tenant"], unique=False)

    op.create_table(
        "publications",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=True),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("film", sa.String(length=64), nullable=False),
        sa.Column("post", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handle", sa.JSON(), nullable=False),
        sa.Column("commits", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("error_code", sa.String(length=60), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("late_why", sa.Text(), nullable=False),
        sa.Column("disclosure", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_publications_account")),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.key"], name=op.f("fk_publications_project")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publications_batch"), ["batch"], unique=False)
        batch_op.create_index("ix_publications_due", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_publications_project"), ["project"], unique=False)
        batch_op.create_index(batch_op.f("ix_publications_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_publications_tenant"), ["tenant"], unique=False)

    op.create_table(
        "refresh_tokens",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["session"], ["sessions.id"], name=op.f("fk_refresh_tokens_session")
        ),
        sa.PrimaryKeyConstraint("hash"),
    )
    with op.batch_alter_table("refresh_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refresh_tokens_session"), ["session"], unique=False)
        batch_op.create_index(batch_op.f("ix_refresh_tokens_tenant"), ["tenant"], unique=False)

    op.create_table(
        "timelines",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("tracks", sa.JSON(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("render_status", sa.String(length=50), nullable=False),
        sa.Column("output_path", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.key"], name=op.f("fk_timelines_project")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project", name=op.f("uq_timelines_project")),
    )
    with op.batch_alter_table("timelines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timelines_tenant"), ["tenant"], unique=False)

    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project", sa.String(length=80), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asset", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.key"], name=op.f("fk_uploads_project")),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uploads_tenant"), ["tenant"], unique=False)

    op.create_table(
        "publication_metrics",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("publication", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.BigInteger(), nullable=True),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication"], ["publications.id"], name=op.f("fk_publication_metrics_publication")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("publication_metrics", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_publication_metrics_publication"), ["publication"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_publication_metrics_tenant"), ["tenant"], unique=False)

    with op.batch_alter_table("budgets", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("tenant", sa.String(length=80), nullable=False, server_default="default")
        )
        batch_op.create_index(batch_op.f("ix_budgets_tenant"), ["tenant"], unique=False)

    with op.batch_alter_table("commands", schema=None) as batch_op:
        batch_op.add_column(sa.Column("arguments", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column("state", sa.String(length=20), nullable=False, server_default="succeeded")
        )
        batch_op.add_column(sa.Column("user", sa.String(length=40), nullable=True))
        batch_op.add_column(
            sa.Column("run_id", sa.String(length=80), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("failure", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("tenant", sa.String(length=80), nullable=False, server_default="default")
        )
        batch_op.create_index(batch_op.f("ix_commands_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_commands_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_commands_tenant"), ["tenant"], unique=False)

    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("description", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("status", sa.String(length=50), nullable=False, server_default="draft")
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("progress", sa.Float(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("sentence", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("failure", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("copied_from", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("tenant", sa.String(length=80), nullable=False, server_default="default")
        )
        batch_op.create_index(batch_op.f("ix_projects_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_projects_tenant"), ["tenant"], unique=False)
        batch_op.create_index(
            "ix_projects_tenant_created", ["tenant", "created_at", "key"], unique=False
        )
        batch_op.create_foreign_key(batch_op.f("fk_projects_owner"), "users", ["owner"], ["id"])

    with op.batch_alter_table("scene_edits", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("tenant", sa.String(length=80), nullable=False, server_default="default")
        )
        batch_op.create_index(batch_op.f("ix_scene_edits_tenant"), ["tenant"], unique=False)

    with op.batch_alter_table("takes", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("tenant", sa.String(length=80), nullable=False, server_default="default")
        )
        batch_op.create_index(batch_op.f("ix_takes_tenant"), ["tenant"], unique=False)

    _on_postgres(guard(_TENANTED) + guard(["tenants"], column="id"))


def downgrade() -> None:
    _on_postgres(unguard([*_TENANTED, "tenants"]))
    with op.batch_alter_table("takes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_takes_tenant"))
        batch_op.drop_column("tenant")

    with op.batch_alter_table("scene_edits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scene_edits_tenant"))
        batch_op.drop_column("tenant")

    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_projects_owner"), type_="foreignkey")
        batch_op.drop_index("ix_projects_tenant_created")
        batch_op.drop_index(batch_op.f("ix_projects_tenant"))
        batch_op.drop_index(batch_op.f("ix_projects_status"))
        batch_op.drop_column("tenant")
        batch_op.drop_column("retired_at")
        batch_op.drop_column("archived_at")
        batch_op.drop_column("updated_at")
        batch_op.drop_column("copied_from")
        batch_op.drop_column("failure")
        batch_op.drop_column("sentence")
        batch_op.drop_column("progress")
        batch_op.drop_column("version")
        batch_op.drop_column("status")
        batch_op.drop_column("description")
        batch_op.drop_column("owner")

    with op.batch_alter_table("commands", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commands_tenant"))
        batch_op.drop_index(batch_op.f("ix_commands_state"))
        batch_op.drop_index(batch_op.f("ix_commands_run_id"))
        batch_op.drop_column("tenant")
        batch_op.drop_column("cancel_asked_at")
        batch_op.drop_column("finished_at")
        batch_op.drop_column("started_at")
        batch_op.drop_column("failure")
        batch_op.drop_column("heartbeat_at")
        batch_op.drop_column("attempts")
        batch_op.drop_column("run_id")
        batch_op.drop_column("user")
        batch_op.drop_column("state")
        batch_op.drop_column("priority")
        batch_op.drop_column("arguments")

    with op.batch_alter_table("budgets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budgets_tenant"))
        batch_op.drop_column("tenant")

    with op.batch_alter_table("publication_metrics", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_metrics_tenant"))
        batch_op.drop_index(batch_op.f("ix_publication_metrics_publication"))

    op.drop_table("publication_metrics")
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_uploads_tenant"))

    op.drop_table("uploads")
    with op.batch_alter_table("timelines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timelines_tenant"))

    op.drop_table("timelines")
    with op.batch_alter_table("refresh_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refresh_tokens_tenant"))
        batch_op.drop_index(batch_op.f("ix_refresh_tokens_session"))

    op.drop_table("refresh_tokens")
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publications_tenant"))
        batch_op.drop_index(batch_op.f("ix_publications_state"))
        batch_op.drop_index(batch_op.f("ix_publications_project"))
        batch_op.drop_index("ix_publications_due")
        batch_op.drop_index(batch_op.f("ix_publications_batch"))

    op.drop_table("publications")
    with op.batch_alter_table("picks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_picks_tenant"))

    op.drop_table("picks")
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.drop_index("ix_assets_tenant_sha256")
        batch_op.drop_index("ix_assets_tenant_created")
        batch_op.drop_index(batch_op.f("ix_assets_tenant"))
        batch_op.drop_index(batch_op.f("ix_assets_project"))

    op.drop_table("assets")
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approvals_tenant"))

    op.drop_table("approvals")
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_webhook"))
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_tenant"))
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_state"))
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_due_at"))

    op.drop_table("webhook_deliveries")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_user"))
        batch_op.drop_index(batch_op.f("ix_sessions_tenant"))

    op.drop_table("sessions")
    with op.batch_alter_table("publication_slots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_slots_tenant"))
        batch_op.drop_index(batch_op.f("ix_publication_slots_account"))

    op.drop_table("publication_slots")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_keys_user"))
        batch_op.drop_index(batch_op.f("ix_api_keys_tenant"))

    op.drop_table("api_keys")
    with op.batch_alter_table("webhooks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhooks_tenant"))

    op.drop_table("webhooks")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_tenant"))

    op.drop_table("users")
    op.drop_table("tenants")
    op.drop_table("idempotency_keys")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_project"))
        batch_op.drop_index(batch_op.f("ix_events_at"))

    op.drop_table("events")
    op.drop_table("event_counters")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_tenant"))

    op.drop_table("accounts")
    with op.batch_alter_table("account_connections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_connections_tenant"))

    op.drop_table("account_connections")
