"""The ground of all decisions: the company, the instant, the leads in hand, what is in force."""
