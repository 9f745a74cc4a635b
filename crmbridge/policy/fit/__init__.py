"""What becomes of a value of ours in a vendor's field, and when two values are the same there."""
