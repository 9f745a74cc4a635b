"""The weekly digest in words: what there is to say of a week, and to whom (R8.2, R8.3)."""
