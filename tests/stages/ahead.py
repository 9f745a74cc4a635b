"""A clock that is ahead of the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbridge.clock import Clock


@dataclass
class Ahead:
    """A clock that is ahead of the world's."""

    world: Clock
    by: timedelta

    def now(self) -> datetime:
        return self.world.now() + self.by
