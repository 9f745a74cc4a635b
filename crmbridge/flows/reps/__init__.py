"""Reps at this moment: their hours, whose turn it is, pauses, and hand-offs taken back."""
