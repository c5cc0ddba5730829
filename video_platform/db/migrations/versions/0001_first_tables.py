"""The tables as they stood when migrations began."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("scope", sa.String(length=160), nullable=False),
        sa.Column("cap_microusd", sa.BigInteger(), nullable=True),
        sa.Column("held_microusd", sa.BigInteger(), nullable=False),
        sa.Column("spent_microusd", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "generation_ledger",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("capability", sa.String(length=40), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("job", sa.JSON(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("estimate_microusd", sa.BigInteger(), nullable=False),
        sa.Column("held_microusd", sa.BigInteger(), nullable=False),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        op.f("ix_generation_ledger_project"), "generation_ledger", ["project"], unique=False
    )
    op.create_index(
        op.f("ix_generation_ledger_state"), "generation_ledger", ["state"], unique=False
    )
    op.create_index(
        op.f("ix_generation_ledger_tenant"), "generation_ledger", ["tenant"], unique=False
    )
    op.create_table(
        "projects",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("brief", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "service_calls",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("service", sa.String(length=80), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_service_calls_service"), "service_calls", ["service"], unique=False)
    op.create_table(
        "service_places",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=80), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_service_places_service"), "service_places", ["service"], unique=False)
    op.create_table(
        "services",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("closed_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "commands",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project"],
            ["projects.key"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_commands_project"), "commands", ["project"], unique=False)
    op.create_table(
        "scene_edits",
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("scene_id", sa.Integer(), nullable=False),
        sa.Column("edit", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project"],
            ["projects.key"],
        ),
        sa.PrimaryKeyConstraint("project", "scene_id"),
    )
    op.create_table(
        "takes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("project", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("scene_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["project"],
            ["projects.key"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "project", "stage", "scene_id", "cause", name="takes_project_stage_scene_id_cause_key"
        ),
    )
    op.create_index(op.f("ix_takes_project"), "takes", ["project"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_takes_project"), table_name="takes")
    op.drop_table("takes")
    op.drop_table("scene_edits")
    op.drop_index(op.f("ix_commands_project"), table_name="commands")
    op.drop_table("commands")
    op.drop_table("services")
    op.drop_index(op.f("ix_service_places_service"), table_name="service_places")
    op.drop_table("service_places")
    op.drop_index(op.f("ix_service_calls_service"), table_name="service_calls")
    op.drop_table("service_calls")
    op.drop_table("projects")
    op.drop_index(op.f("ix_generation_ledger_tenant"), table_name="generation_ledger")
    op.drop_index(op.f("ix_generation_ledger_state"), table_name="generation_ledger")
    op.drop_index(op.f("ix_generation_ledger_project"), table_name="generation_ledger")
    op.drop_table("generation_ledger")
    op.drop_table("budgets")
