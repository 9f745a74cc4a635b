"""What does not fit a system: cut, turned, held by cause, and written once the cause is gone."""
