"""What is seen of deals, kept in columns: rows from before are empty there until seen again."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    told = ("owner", "stage", "type", "pipeline", "account", "campaign", "source")
    _add("deal", *map(_told, told))
    _add("deal", sa.Column("probability", sa.Text), sa.Column("forecast", sa.Text))
    _add("deal", _told("person_key"), sa.Column("name", sa.LargeBinary))
    _add("touch", _count("value"), _told("campaign"))
    _add("activity", _told("kind"), _told("outcome"), sa.Column("changed_at", sa.Text))
    _add("role", _told("role"), _count("is_primary"))


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, server_default=sa.text("0"), nullable=False)


def _told(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, server_default=sa.text("''"), nullable=False)


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for one in columns:
        op.add_column(table, one)
