"""What of a handed lead the other side can see."""
