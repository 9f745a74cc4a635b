"""The places in the waiting line, kept from one turn to the next; who works which account."""

import sqlalchemy as sa
from alembic import op

from crmbridge.store.migrations.first_types import Instant, OpaqueJson
from crmbridge.store.migrations.making import index

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
    op.create_table(
        "account",
        sa.Column("company", sa.Text, primary_key=True),
        sa.Column("lead", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("account_hash", "account", ["company", "account"])
    index("lead_promised", "lead", ["company", "id"], "stage = 'ready' AND waiting = 0")
    op.drop_index("lead_waiting", "lead")
    index("lead_waiting", "lead", ["company", "id", "rev", "opted_out"], "waiting = 1")
