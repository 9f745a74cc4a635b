"""The flows: read vendors into the ledger, decide, and deliver what was decided."""
