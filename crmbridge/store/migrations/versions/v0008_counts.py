"""What a write counts as under the company's limits; nothing of those that are there."""

from alembic import op

from crmbridge.store.migrations.making import told

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("op", told("counts"))
