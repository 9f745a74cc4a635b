"""What a connector says of itself: its page, and whether what it declares can be so."""
