"""What became of the people of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crmbridge.testing.world.lives import consent, deals, doubles, leads, marketing
from crmbridge.testing.world.scribe import Scribe

LIVES: Mapping[str, Callable[[Scribe], None]] = {
    **marketing.LIVES,
    **leads.LIVES,
    **deals.LIVES,
    **doubles.LIVES,
    **consent.LIVES,
}
"""By the name of the kind."""
