"""Brand kits, which tenants keep by name."""

import sqlalchemy as sa
from alembic import op

from video_platform.db.row_security import guard, unguard

revision = "0003"
down_revision = "0002"


def _on_postgres(statements: list[str]) -> None:
    if op.get_context().dialect.name == "postgresql":
        for statement in statements:
            op.execute(statement)


def upgrade() -> None:
    op.create_table(
        "brand_kits",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kit", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant", "name", name="uq_brand_kits_tenant_name"),
    )
    with op.batch_alter_table("brand_kits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_brand_kits_tenant"), ["tenant"], unique=False)
    _on_postgres(guard(["brand_kits"]))


def downgrade() -> None:
    _on_postgres(unguard(["brand_kits"]))
    with op.batch_alter_table("brand_kits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_brand_kits_tenant"))
    op.drop_table("brand_kits")
