"""Pipedrive as the sales system, by a manifest that nobody has run against the vendor yet."""

from crmbridge.kit import manifest

CONNECTOR = manifest.of(__name__)
