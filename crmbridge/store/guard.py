"""Knows a ledger's open file again, so that nothing is written to one that is gone or another."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from crmbridge.errors import LedgerError

OWNER_ONLY = 0o600
"""A ledger holds people's data: only its owner may read it."""


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read, unless there is one already."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    except FileExistsError:
        return
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be made ({error.strerror}): check path and permissions"
        ) from None


def must_be_new(path: Path) -> None:
    """Raise `LedgerError` where something is there already: nothing is written over."""
    if path.exists():
        raise LedgerError(f"{path} is there already: name a new file, or remove that one")


class Guard:
    """The file that a ledger was opened as, by number and length.

    A process that holds a file open goes on writing to it after it was removed or replaced: what it
    writes then is lost, and would be sent again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[int, int] | None = None
        self._size = 0

    def remember(self) -> None:
        """Take the file that is there now as the ledger's."""
        now = self._path.stat()
        self._known, self._size = (now.st_dev, now.st_ino), now.st_size

    def fault(self) -> str:
        """Say what happened to the file; empty while it is the one that was opened."""
        if self._known is None:
            return ""
        try:
            now = self._path.stat()
        except OSError:
            return "was removed"
        if (now.st_dev, now.st_ino) != self._known:
            return "was replaced by another file"
        if now.st_size < self._size and now.st_size < _length(self._path):
            return "was cut short"
        self._size = now.st_size
        return ""

    def check(self) -> None:
        """Raise `LedgerError` once the file is not the one that was opened."""
        if why := self.fault():
            raise LedgerError(
                f"the ledger {self._path} {why} while it was in use: nothing more is written. Put "
                "the file back as it was, or restore a backup (`crmbridge ledger restore`), then "
                "start again"
            )


def _length(path: Path) -> int:
    """How long the database says that its file is; more than any file where it says nothing.

    A file shrinks lawfully when its log is folded in after a VACUUM, and says so.
    """
    with path.open("rb") as file:
        head = file.read(32)
    if len(head) < 32 or not head.startswith(b"SQLite format 3"):
        return sys.maxsize
    size = int.from_bytes(head[16:18], "big")
    return (65_536 if size == 1 else size) * int.from_bytes(head[28:32], "big")
