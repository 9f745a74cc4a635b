"""Entries about whose turn it was are found by their type, for the reports of hand-offs."""

from crmbridge.store.migrations.making import index

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index(
        "event_desk",
        "event",
        ["company", "type", "at"],
        "type IN ('assigned', 'handed', 'paused', 'refunded', 'resumed', 'sla_breached', "
        "'unassigned', 'waits')",
    )
