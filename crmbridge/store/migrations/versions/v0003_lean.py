"""Placeholder: the lean layout is made on another branch and takes this file's place."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
