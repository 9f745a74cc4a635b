"""What does not fit a system: the fields as it describes them, and what is held by cause."""
