"""The weekly digest: which week it is about, and which of its items are said (R8.1 to R8.4)."""
