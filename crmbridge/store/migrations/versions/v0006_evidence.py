"""Whose a deal is and by what evidence, deals outside the filter, accounts by their names.

Everything is counted anew once the tables are as they are now.
"""

import sqlalchemy as sa
from alembic import op

from crmbridge.store.migrations.making import BIG, index, key, table, told

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add("deal", _flag("outside"), told("counted"))
    _add("role", told("kind"))
    _add("firm", told("mark"), told("merged_into"))
    index("firm_mark", "firm", ["company", "mark"])
    index("firm_merged", "firm", ["company", "merged_into"])
    _add("part", told("kind"), _flag("listed"))
    index("part_lead", "part", ["company", "lead"])
    table("deal_due", key("company"), key("deal"), sqlite_with_rowid=False)


def _add(name: str, *columns: "sa.Column[object]") -> None:
    for one in columns:
        op.add_column(name, one)


def _flag(name: str) -> "sa.Column[object]":
    return sa.Column(name, BIG, server_default=sa.text("0"), nullable=False)
