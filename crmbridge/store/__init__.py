"""The ledger: what happened, what is owed to vendors, and who may do it now."""
