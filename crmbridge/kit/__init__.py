"""What connectors share: the parts of reading and writing that have nothing of a vendor in them."""
