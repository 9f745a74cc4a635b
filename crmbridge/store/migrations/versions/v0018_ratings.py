"""What prospects and salespeople think of content; nobody was asked before."""

import sqlalchemy as sa

from crmbridge.store.migrations.making import MICROS, index, key, need, table

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "rating",
        *map(key, ("company", "content", "side", "rater")),
        need("lead", sa.LargeBinary),
        need("stars", sa.Integer),
        need("comment", sa.LargeBinary),
        need("at", MICROS),
        sqlite_with_rowid=False,
    )
    index("rating_lead", "rating", ["company", "lead"])
