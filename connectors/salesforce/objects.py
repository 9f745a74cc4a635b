"""What Salesforce is and how it speaks, as the file beside this module declares it."""

from __future__ import annotations

from crmbridge.kit.declared import Declared

OFFER = Declared(__package__)
