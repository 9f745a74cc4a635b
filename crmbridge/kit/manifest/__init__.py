"""A connector of a TOML file: what a vendor's API is like, said instead of programmed."""

from crmbridge.kit.manifest.connector import of

__all__ = ["of"]
