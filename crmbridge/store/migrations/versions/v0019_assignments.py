"""To whom each lead was given, beside the entries that say so: reports count by it.

The rows are made from the entries once the table stands.
"""

import sqlalchemy as sa

from crmbridge.store.migrations.making import key, need, table, told

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "assignment",
        *(key("company"), key("lead", sa.LargeBinary), key("n", sa.Integer)),
        *map(told, ("rep", "team", "definition", "rating")),
        *(need(name, sa.Integer) for name in ("hand_raise", "full")),
        sqlite_with_rowid=False,
    )
