"""What people had touched before a hand-off and a first meeting, and whom each asset reached.

The rows of all leads are made once the tables stand.
"""

import sqlalchemy as sa
from alembic import op

from crmbridge.store.migrations.making import BIG, Column, index, key, may, need, table, told

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _many(name: str) -> Column:
    return sa.Column(name, sa.Integer, server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    table(
        "hand_off",
        *(key("company"), key("lead", sa.LargeBinary), key("n", sa.Integer)),
        need("handed", BIG),
        *(may(name, BIG) for name in ("accepted", "ended")),
        *map(told, ("outcome", "reason", "source")),
        *map(need, ("brings", "campaigns", "assets")),
        sqlite_with_rowid=False,
    )
    index("hand_off_at", "hand_off", ["company", "handed"])
    table(
        "first_meeting",
        *(key("company"), key("lead", sa.LargeBinary)),
        need("at", BIG),
        _many("touches"),
        need("assets"),
        sqlite_with_rowid=False,
    )
    index("first_meeting_at", "first_meeting", ["company", "at"])
    table(
        "reader",
        *(key("company"), key("lead", sa.LargeBinary)),
        *map(need, ("assets", "times")),
        sqlite_with_rowid=False,
    )
    index("reader_assets", "reader", ["company", "assets"])
    table(
        "reach",
        *map(key, ("company", "kind", "asset")),
        *map(_many, ("people", "times")),
        sqlite_with_rowid=False,
    )
    op.drop_index("touch_asset", "touch")
    touched = "asset <> '' AND lead IS NOT NULL"
    index("touch_asset", "touch", ["company", "kind", "asset", "at", "lead"], touched)
