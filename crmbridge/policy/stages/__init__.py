"""The company's own stages: which one a lead is in, when that turns, and which nobody can enter."""
