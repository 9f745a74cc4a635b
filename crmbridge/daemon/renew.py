"""A company's files, watched: what is right counts at once, what is wrong is refused and told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from logging import ERROR
from pathlib import Path

from crmbridge.daemon.desk import Desk
from crmbridge.daemon.engine import Hand
from crmbridge.daemon.kit import Kit
from crmbridge.errors import ConfigError, ConnectorError
from crmbridge.files import CompanyFiles, Marks, marks, with_mapping
from crmbridge.flows.operate.survey import survey
from crmbridge.log import get_logger, redact_text

SETTLES = 0.3
"""Seconds for which a change must stand before it is read: editors write in two steps."""
ABOUT = "config"
"""What an alarm about refused files is called."""

log = get_logger("crmbridge.daemon")


def _misfit(kit: Kit) -> str:
    """What of a mapping would lose money, an opt-out or a key; empty where a system is away.

    The first look at a system that does not answer now tells.
    """
    faults: list[str] = []
    for side, system in kit.reading.systems.items():
        try:
            found = survey(kit.reading, side)
            kit.looked[side] = (time.monotonic(), system.schema_changes)
            faults += [str(one) for one in found if one.fatal]
        except (ConnectorError, ConfigError) as error:
            log.info("not checked", side=side, error=type(error).__name__)
    return "\n".join(faults)


@dataclass(slots=True, kw_only=True)
class Renewal:
    """How a company's files are read again.

    `read` gives the files in force from now on and what is refused of the new ones, `make` a kit.
    `acted` are the marks of what was last taken or refused, `doubted` of what seemed wrong once:
    it is refused when it stands unchanged at the next look, as it may be half written. `url` is the
    address of links, whose key is looked at with the files.
    """

    name: str
    folder: Path
    acted: Marks
    read: Callable[[CompanyFiles], tuple[CompanyFiles, list[str]]]
    make: Callable[[CompanyFiles], Kit]
    url: str = ""
    doubted: Marks = ()
    _gate: threading.Lock = field(default_factory=threading.Lock)

    def look(self, desk: Desk, hand: Hand) -> None:
        """See whether files changed, and take or refuse them once they stand still.

        Raises `CrmBridgeError` for what is no fault of the files: they are looked at again.
        """
        with desk.shelf.use() as kit:
            kit.renew_links(self.url)
        found = marks(self.folder)
        if found == self.acted:
            return
        hand.sleep(SETTLES)
        with self._gate:
            if marks(self.folder) == found != self.acted:
                self._act(desk, found, sure=found == self.doubted, whole=False)

    def again(self, desk: Desk) -> None:
        """Take files and secrets anew at once, whether they changed or not; somebody asked for it.

        Raises as `look` does.
        """
        with self._gate:
            self._act(desk, marks(self.folder), sure=True, whole=True)

    def _act(self, desk: Desk, found: Marks, *, sure: bool, whole: bool) -> None:
        with desk.shelf.use() as present:
            before = present.files
        files, faults = self.read(before)
        wanted = (sure or not faults) and (whole or files != before)
        kit, fault = self._made(files, before) if wanted else (None, "")
        faults += [fault] if fault else []
        if marks(self.folder) != found or (faults and not sure):
            # half written, or written again meanwhile: the next look tells
            self.doubted = found
            if kit is not None:
                kit.close()
            return
        self.acted = found
        self._note(desk, faults)
        if kit is not None:
            desk.shelf.replace(kit)
            desk.start()
            log.info("config read", company=self.name, definition=kit.reading.definition)

    def _made(self, files: CompanyFiles, before: CompanyFiles) -> tuple[Kit | None, str]:
        """A kit by these files, and why they are refused: a credential that they need is missing.

        A new mapping that does not fit a system is refused too, and the other files count.
        """
        try:
            kit = self.make(files)
            if files.mapping == before.mapping or not (fault := _misfit(kit)):
                return kit, ""
            kit.close()
            rest = with_mapping(files, before)
            return (None if rest == before else self.make(rest)), fault
        except ConfigError as error:
            return None, str(error)

    def _note(self, desk: Desk, faults: list[str]) -> None:
        if not faults:
            desk.well(ABOUT, "files")
            return
        message = redact_text("\n".join(faults))
        if desk.ill(ABOUT, "files", "refused", ConfigError.__name__, message):
            log.log(ERROR, "config refused", company=self.name, message=message)
