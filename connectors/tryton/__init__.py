"""Tryton with its module for sales opportunities, as the sales system, by a manifest."""

from crmbridge.kit import manifest

CONNECTOR = manifest.of(__name__)
