"""A company that has lived for two years, in both emulators: what a first switch-on meets."""

from crmbridge.testing.world.kinds import EVERY_KIND, KINDS, MOST
from crmbridge.testing.world.populate import TODAY, Populated, populate, with_past

__all__ = ["EVERY_KIND", "KINDS", "MOST", "TODAY", "Populated", "populate", "with_past"]
