"""The one way out and in: every byte to and from a vendor passes through this package."""
