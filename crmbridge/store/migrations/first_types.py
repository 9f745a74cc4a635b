"""What the columns of the first two layouts lie as; those of today are in `store.types`."""

import sqlalchemy as sa

Instant = sa.Text
"""UTC text that sorts by time."""
Flag = sa.Integer
JsonBlob = sa.Text
OpaqueJson = sa.LargeBinary
