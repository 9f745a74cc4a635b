"""The company's own stages: a lead's row may say in which part of a stage it is.

No earlier build reads that.
"""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing moves; everything is counted anew."""
