"""Accounts are marked by what of their names is no legal form, case or punctuation.

The tables stay as they are; every mark is made anew once they are, with what is counted. Leads have
further addresses, and are parted: no earlier build may open a ledger that tells of either.
"""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table."""
