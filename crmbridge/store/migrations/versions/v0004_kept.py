"""What is seen of deals, kept in columns: rows from before are empty there until seen again."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crmbridge.store.migrations.making import MICROS, told

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    names = ("owner", "stage", "type", "pipeline", "account", "campaign", "source")
    _add("deal", *map(told, names))
    _add("deal", sa.Column("probability", sa.Text), sa.Column("forecast", sa.Text))
    _add("deal", sa.Column("name", sa.LargeBinary))
    _add("touch", _count("value"), told("campaign"))
    _add("activity", told("kind"), told("outcome"), sa.Column("changed_at", MICROS))
    op.create_index("deal_account", "deal", ["company", "account"])
    _add("role", told("role"), _count("is_primary"))
    _products()
    _campaigns()
    _members()
    _firms()


def _products() -> None:
    _table(
        "product",
        *map(told, ("deal", "name", "code")),
        sa.Column("quantity", sa.Text),
        sa.Column("amount_minor", sa.Integer),
        told("currency"),
    )
    op.create_index("product_deal", "product", ["company", "deal"])


def _campaigns() -> None:
    _table(
        "campaign",
        *map(told, ("name", "channel", "parent")),
        sa.Column("cost_minor", sa.Integer),
        told("currency"),
        sa.Column("starts", sa.Text),
        sa.Column("ends", sa.Text),
    )


def _members() -> None:
    _table(
        "member",
        *map(told, ("campaign", "person", "status")),
        _count("responded"),
        sa.Column("first_at", MICROS),
        sa.Column("responded_at", MICROS),
    )
    op.create_index("member_campaign", "member", ["company", "campaign"])
    op.create_index("member_person", "member", ["company", "person"])


def _firms() -> None:
    _table(
        "firm",
        *map(told, ("domain", "parent", "industry", "owner")),
        sa.Column("name", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "belonging",
        *(sa.Column(one, sa.Text, primary_key=True) for one in ("company", "person")),
        sa.Column("since", MICROS, primary_key=True, autoincrement=False),
        told("account"),
        sa.Column("until", MICROS),
        sqlite_strict=True,
    )
    op.create_index("belonging_account", "belonging", ["company", "account"])


def _table(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        *(sa.Column(one, sa.Text, primary_key=True) for one in ("company", "id")),
        *columns,
        sa.Column("live", sa.Integer, nullable=False),
        sa.Column("changed_at", MICROS),
        sqlite_strict=True,
    )


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, server_default=sa.text("0"), nullable=False)


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for one in columns:
        op.add_column(table, one)
