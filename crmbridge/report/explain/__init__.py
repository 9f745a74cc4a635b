"""An explanation of one lead, and its history, as text."""
