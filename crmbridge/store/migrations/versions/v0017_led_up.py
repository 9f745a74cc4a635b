"""What people had touched before a hand-off and a first meeting, whom each asset reached, and the
touches of each deal in the books.

The rows of all leads are made once the tables stand. Every deal is due, so that its touches are
kept with the next decision.
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
    _journeys()
    op.execute(
        "INSERT INTO book_due (company, deal) SELECT company, id FROM deal WHERE true "
        "ON CONFLICT DO NOTHING"
    )
    op.drop_index("touch_asset", "touch")
    touched = "asset <> '' AND lead IS NOT NULL"
    index("touch_asset", "touch", ["company", "kind", "asset", "at", "lead"], touched)


def _journeys() -> None:
    table(
        "journey",
        *map(key, ("company", "measure", "deal")),
        need("n", BIG),
        need("mark"),
        need("cutoff", BIG),
        *(may(name, BIG) for name in ("start", "lead_created", "created")),
        need("others"),
        told("why"),
        need("touches", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    table(
        "credit_name",
        key("company"),
        key("n", sa.Integer),
        need("name"),
        sqlite_with_rowid=False,
    )
    index("credit_name_name", "credit_name", ["company", "name"], unique=True)
