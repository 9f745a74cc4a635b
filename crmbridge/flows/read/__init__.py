"""Vendors into the ledger: news, history, deletions, and the daily comparison."""
