"""Credit added up by day, and an index of who touched what, for reports of a large company."""

import sqlalchemy as sa
from alembic import op

from crmbridge.store.migrations.making import index, key, need, table

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ADDED_UP = """
INSERT INTO credit_day
    (company, measure, day, of, model, posted, currency, untouched, name, minor)
SELECT company, measure, coalesce(day, posted), '{0}', model, posted, currency, touch = '',
    CASE WHEN touch = '' THEN channel ELSE {0} END, CAST(sum(minor) AS TEXT)
FROM credit WHERE model NOT LIKE '@%' GROUP BY 1, 2, 3, 5, 6, 7, 8, 9
"""


def upgrade() -> None:
    table(
        "credit_day",
        *map(key, ("company", "measure", "day", "of", "model", "posted", "currency")),
        key("untouched", sa.Integer),
        key("name"),
        need("minor"),
        sqlite_with_rowid=False,
    )
    for name in ("channel", "campaign", "asset"):
        op.execute(ADDED_UP.format(name))
    op.drop_index("credit_model", "credit")
    touched = "asset <> '' AND lead IS NOT NULL"
    index("touch_asset", "touch", ["company", "kind", "asset", "lead", "at"], touched)
