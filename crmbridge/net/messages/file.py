"""Messages into a file on this machine: a text block each, or a JSON line in a `.jsonl` file."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from crmbridge.errors import Unavailable
from crmbridge.net.messages.message import Message, clean, one_line

STEP = 1 << 20
"""Bytes read at a time when a message is looked for."""


class FileSender:
    """Appends to one file, which only its owner may read: it holds personal data."""

    timeout = 5.0

    def __init__(self, path: Path) -> None:
        self._path = path

    def __repr__(self) -> str:
        return "FileSender()"

    def send(self, message: Message) -> None:
        """Append a message in one write, and see it safe on the disk."""
        data = self._written(message).encode()
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                self._append(handle, data)
            finally:
                os.close(handle)
        except OSError as error:
            raise Unavailable(
                f"the messages' file cannot be written ({error.strerror}); make room, or set "
                "MESSAGES__FILE to another path"
            ) from None

    @staticmethod
    def _append(handle: int, data: bytes) -> None:
        start = os.fstat(handle).st_size
        if os.write(handle, data) != len(data):
            os.ftruncate(handle, start)
            raise OSError(28, "the disk is full")
        os.fsync(handle)

    def _written(self, message: Message) -> str:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        subject = one_line(message.subject)
        if self._path.suffix == ".jsonl":
            row = {"id": message.id, "at": now, "to": message.whom, "subject": subject}
            return json.dumps(row | {"text": clean(message.text)}, ensure_ascii=False) + "\n"
        head = f"{now}  to {one_line(message.whom)}  [{message.id}]\n{subject}\n"
        # a line of the text can never look like the head of another message
        body = "".join(f"  {line}\n" for line in clean(message.text).split("\n"))
        return f"{head}{body}\n"

    def arrived(self, ident: str) -> bool | None:
        """Whether the file holds a message."""
        wanted, kept = ident.encode(), b""
        try:
            with self._path.open("rb") as file:
                while piece := file.read(STEP):
                    if wanted in kept + piece:
                        return True
                    kept = piece[-len(wanted) :]
        except FileNotFoundError:
            return False
        except OSError:
            return None
        return False

    def close(self) -> None:
        """Nothing stays open."""
