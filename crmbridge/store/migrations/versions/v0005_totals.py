"""Totals of leads and of won money; indexes for places in line that do not stand, and held work.

The totals are counted once the tables are as they are now.
"""

import sqlalchemy as sa
from alembic import op

from crmbridge.store.migrations.making import BIG, index, key, may, need, table, told

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index("queue_changed", "queue", ["company", "rev"], "rev < 0")
    index("held_lead", "held", ["company", "lead", "state", "kind"])
    index("queue_until", "queue", ["company", "until"])
    op.add_column("lead", may("counted", sa.LargeBinary))
    keys = map(key, ("company", "what", "name", "detail"))
    table("total", *keys, need("n", BIG), need("minor"), sqlite_with_rowid=False)
    table(
        "part",
        *map(key, ("company", "deal")),
        key("lead", sa.LargeBinary),
        may("minor", BIG),
        *map(told, ("currency", "source", "first_touch", "last_touch")),
        sqlite_with_rowid=False,
    )
