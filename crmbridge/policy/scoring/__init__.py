"""Fit, engagement and decay, and the grade and rating that they make."""
