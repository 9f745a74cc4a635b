"""The dashboard: pages over the companies' ledgers, for people who do not type commands."""
