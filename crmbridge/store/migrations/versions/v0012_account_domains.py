"""Accounts are known by their domain too: of firms, and of the leads that reps work.

All marks are made anew once the tables are as they are now, with what is counted. Users are read
anew: those whom a filter leaves out counted as inactive before, and whoever is inactive owns as
nobody from now on.
"""

from alembic import op

from crmbridge.store.migrations.making import index, told

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

USERS_ANEW = """
DELETE FROM cursor WHERE EXISTS (
    SELECT 1 FROM vendor_user AS u
    WHERE u.company = cursor.company
      AND u.ref LIKE cursor.system || ':' || cursor.obj || ':%'
)
"""


def upgrade() -> None:
    op.add_column("firm", told("domain_mark"))
    index("firm_domain", "firm", ["company", "domain_mark"])
    op.add_column("account", told("domain"))
    index("account_domain", "account", ["company", "domain"])
    op.execute(USERS_ANEW)
