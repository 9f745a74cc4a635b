"""Teams in a row: a lead's row may say who hands it on to whom, which no earlier build reads."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing moves; everything is counted anew, with the steps and ends of each team."""
