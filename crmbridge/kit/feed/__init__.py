"""Reading a vendor without a gap: cursors, pages to their end, and two strategies for changes."""
