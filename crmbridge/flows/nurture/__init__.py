"""People who were never ready: on a nurture track by rule, off it again, and why."""
