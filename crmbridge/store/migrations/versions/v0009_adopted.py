"""What was taken over at the first look: a lead's row may say so, which no earlier build reads."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing moves; everything is counted anew."""
