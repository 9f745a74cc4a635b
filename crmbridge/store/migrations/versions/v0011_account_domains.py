"""Accounts are known by their domain too: of firms, and of the leads that reps work.

All marks are made anew once the tables are as they are now, with what is counted.
"""

from alembic import op

from crmbridge.store.migrations.making import index, told

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("firm", told("domain_mark"))
    index("firm_domain", "firm", ["company", "domain_mark"])
    op.add_column("account", told("domain"))
    index("account_domain", "account", ["company", "domain"])
