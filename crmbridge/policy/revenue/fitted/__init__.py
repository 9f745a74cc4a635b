"""Attribution that is fitted to a company's own closed deals (R6.10 to R6.15)."""
