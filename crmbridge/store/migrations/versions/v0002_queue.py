"""The places in the waiting line, kept from one turn to the next."""

import sqlalchemy as sa
from alembic import op

from crmbridge.store.types import Instant, OpaqueJson

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue",
        sa.Column("company", sa.Text, primary_key=True),
        sa.Column("lead", sa.Text, primary_key=True),
        sa.Column("rev", sa.Integer, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.Column("person_key", sa.Text, nullable=False),
        sa.Column("place", OpaqueJson, nullable=False),
        sqlite_strict=True,
    )
