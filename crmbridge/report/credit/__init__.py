"""Reports of the books: credit, marketing's part in deals, sources, campaigns, content."""
