"""Is a lead sales-ready: the verdict, when to look again, and which scores are told."""
