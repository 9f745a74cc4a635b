"""The reports in their form: what was counted, as sheets."""
