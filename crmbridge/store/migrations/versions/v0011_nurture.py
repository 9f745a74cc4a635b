"""Stays on nurture tracks: a lead's row may tell of them, which no earlier build reads."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing moves; everything is counted anew, with the share of each track."""
