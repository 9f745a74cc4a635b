"""Example as a system of people, by a manifest."""

from crmbridge.kit import manifest

CONNECTOR = manifest.of(__name__)
