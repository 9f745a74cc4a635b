"""What the ledger tells people: stories of leads, counts, and how the machinery stands."""
