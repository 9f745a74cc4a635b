"""The books: postings of credit, how deals stand there, whose touches count, costs of campaigns,
fits of models.

They begin empty: every deal is due. Each deal's first amount is worked out from its entries.
"""

import sqlalchemy as sa
from alembic import op

from crmbridge.store.migrations.making import BIG, Column, index, key, may, need, table, told

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ALL_DUE = "INSERT INTO book_due (company, deal) SELECT company, id FROM deal"


def _flag(name: str) -> Column:
    return sa.Column(name, sa.Integer, server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    by_deal = ("company", "deal", "measure")
    table(
        "credit",
        *map(key, by_deal),
        *(key(name, sa.Integer) for name in ("n", "i")),
        *map(told, ("model", "touch")),
        may("lead", sa.LargeBinary),
        *map(told, ("version", "channel", "campaign", "asset", "cause", "currency")),
        need("minor", BIG),
        sa.Column("deals", BIG, server_default=sa.text("0"), nullable=False),
        need("posted"),
        may("day"),
        sqlite_with_rowid=False,
    )
    index("credit_model", "credit", ["company", "model", "measure", "posted"])
    table(
        "booked",
        *map(key, by_deal),
        need("n", BIG),
        need("minor", BIG),
        told("currency"),
        need("own_minor", BIG),
        *map(told, ("own_currency", "rate")),
        may("day"),
        *map(told, ("handed", "first_touch", "lead_source", "pre_sales")),
        _flag("unpriced"),
        need("facts"),
        sqlite_with_rowid=False,
    )
    index("booked_day", "booked", ["company", "measure", "day"])
    table("stake", *map(key, by_deal), key("lead", sa.LargeBinary), sqlite_with_rowid=False)
    index("stake_lead", "stake", ["company", "lead"])
    table("book_due", *map(key, ("company", "deal")), sqlite_with_rowid=False)
    table(
        "cost",
        *map(key, ("company", "month", "campaign", "currency")),
        need("minor", BIG),
        sqlite_with_rowid=False,
    )
    table(
        "fit",
        *map(key, ("company", "model")),
        key("n", sa.Integer),
        *map(need, ("version", "made", "data")),
        sqlite_with_rowid=False,
    )
    op.execute(ALL_DUE)
