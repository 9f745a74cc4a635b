"""What both sides agree on of deals: whose they are, how touches share them, targets, rates."""
