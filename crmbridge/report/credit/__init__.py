"""Reports of the books: what was credited to what, marketing's part, sources, campaigns, content."""
