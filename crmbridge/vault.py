"""Keeps credentials that a vendor changes at each use, in a file beside the ledger."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from crmbridge.connector import Connector, Rotates
from crmbridge.errors import ConfigError


class FileVault:
    """Credentials of one system that changed since a person set them, in a file of mode 0600.

    `given` are those that the person set: one that they set anew counts again, whatever is kept.
    Processes on one machine take turns by a lock file, so that a credential is used once.
    """

    def __init__(self, path: Path, given: Mapping[str, str]) -> None:
        self._path = path
        self._given = dict(given)

    def __repr__(self) -> str:
        return f"FileVault({self._path.name})"

    def present(self, name: str) -> str:
        """Return the credential as it is now; empty where nobody set it.

        Raises `ConfigError` where the file cannot be read.
        """
        given = self._given.get(name, "")
        kept = self._read().get(name)
        return str(kept["value"]) if kept and kept["of"] == _mark(given) else given

    def rotate(self, name: str, used: str, change: Callable[[str], str]) -> str:
        """Return the credential after `used`: what another process has by now, else what `change`
        makes of it, which is on the disk before it is returned.

        Raises what `change` raises, and `ConfigError` where the file cannot be written: before
        `change` is asked, as far as one can tell.
        """
        with self._turn():
            now = self.present(name)
            if now != used:
                return now
            self._write(self._read())  # a disk that takes nothing shows before the vendor is asked
            new = change(now)
            if new != now:
                mark = _mark(self._given.get(name, ""))
                self._write(self._read() | {name: {"of": mark, "value": new}})
            return new

    @contextmanager
    def _turn(self) -> Iterator[None]:
        lock = self._path.with_name(f".{self._path.name}.lock")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(lock, os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._cannot(error) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._cannot(error) from None
        except ValueError:
            found = None
        if not isinstance(found, dict) or not all(map(_is_kept, found.values())):
            raise ConfigError(
                f"{self._path} does not hold what was kept there: remove it, and set the "
                "credential anew from the vendor's pages"
            )
        return found

    def _write(self, kept: Mapping[str, Any]) -> None:
        draft = self._path.with_name(f".{self._path.name}.new")
        try:
            draft.unlink(missing_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(kept, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise self._cannot(error) from None

    def _cannot(self, error: OSError) -> ConfigError:
        return ConfigError(
            f"{self._path} cannot be read or written ({error.strerror}), so a credential that the "
            "vendor changed would be lost: let the user that we run as own it and its folder"
        )


def keeping(connector: Connector, folder: Path, side: str, given: Mapping[str, str]) -> Connector:
    """Give a connector whose credentials change a place to keep them, in a folder; return it."""
    if isinstance(connector, Rotates):
        connector.keep(FileVault(folder / f"tokens-{side}.json", given))
    return connector


def _mark(value: str) -> str:
    """Tells a credential that a person set from another one, and says nothing of either."""
    return sha256(value.encode()).hexdigest()


def _is_kept(one: object) -> bool:
    return isinstance(one, dict) and {type(one.get(name)) for name in ("of", "value")} == {str}
