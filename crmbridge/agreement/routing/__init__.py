"""The teams that leads go to, and what each hands out to whom."""
