"""What follows from facts and the agreement: pure decisions, without clock, input or output."""
