"""What the screens of both sides have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from crmbridge.testing.emulator import Remote
from crmbridge.testing.screens.seen import Seen
from crmbridge.testing.screens.setup import Setup

AMPLE = 1_000_000
"""Calls a window that no play reaches: a play squeezes months into minutes."""


class Feature(StrEnum):
    """Parts of a story that not every vendor has the screens for."""

    CONVERSION = "conversion"
    CAMPAIGNS = "campaigns"
    MEETINGS = "meetings"
    TASKS = "tasks"
    ACCOUNTS = "accounts"


class Screens(ABC):
    """The screens of one emulated account.

    `remote` is its control API, `setup` what the company's mapping and teams name of it. Every
    method that acts raises `Refusal` for what the vendor's screens would not let a person do.
    """

    lacks: ClassVar[Mapping[Feature, str]] = {}
    """What cannot be played here, each with what is so instead; the demo tells it."""
    past: ClassVar[Any] = None
    """How a living company is written here, a class of `screens.past`; `None` where it is not."""
    example: ClassVar[str] = ""
    """The mapping's part of this side, in TOML, for a play whose worked example is another's."""

    def __init__(self, remote: Remote, setup: Setup) -> None:
        self.remote = remote
        self.setup = setup

    @abstractmethod
    def prepare(self) -> None:
        """Give the account the fields, lists, forms, users and queues that the setup names."""

    @abstractmethod
    def unlimited(self) -> None:
        """Take the vendor's quotas away, since months pass in minutes."""

    @abstractmethod
    def people(self) -> list[Seen]:
        """Every record of a person that there is, or was: those that are gone say so."""

    @classmethod
    def for_play(cls, text: str) -> str:
        """The worked example's mapping with what a play needs of this side beside it.

        `text` is the whole file, whose part of this side is this vendor's. Raises `ValueError`
        where it is no more what this rests on.
        """
        return text

    def calls(self) -> int:
        """How many requests the account got since its audit was emptied."""
        return len(self.remote.audit())
