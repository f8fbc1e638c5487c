"""What agents asked for during a call, to take effect after it; how their wrap-up can be extended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents_now", sa.Column("pending", sa.String(length=100), nullable=True))
    op.add_column("agents_now", sa.Column("pending_reason", sa.String(length=500), nullable=True))
    op.add_column("agents_now", sa.Column("extend", sa.Double(), nullable=True))
    op.add_column("agents_now", sa.Column("extended", sa.Boolean(), nullable=True))
