"""A salesperson's own page, which the signed link in their brief opens."""
