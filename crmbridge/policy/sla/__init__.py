"""Business time, and the clocks of a hand-off that run on it."""
