"""One side signs a version: checked, written into its file, and a copy of it kept."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from shlex import quote

from crmbridge.agreement import Agreement
from crmbridge.errors import ConfigError
from crmbridge.files import SIGNED, read_agreement, read_teams
from crmbridge.flows.agreed.signature import (
    may_sign,
    must_go_together,
    signed_text,
    write_signed,
)
from crmbridge.model.toml import decoded


class NotWritable(ConfigError):
    """The files cannot be written from here; `command` is what signs where they can."""

    def __init__(self, message: str, command: str) -> None:
        super().__init__(message)
        self.command = command


def sign(folder: Path, path: Path, side: str, name: str, today: date) -> Agreement:
    """Sign the version in a file of a company's folder for one side; return it with the signature.

    Raises:
        NotWritable: the file cannot be written from here.
        ConfigError: all that stands between this person and their signature.
    """
    found = read_agreement(path)
    may_sign(found, read_teams(folder), side, name, path)
    must_go_together(folder, path)
    text = signed_text(decoded(path.read_bytes()), found, side, name, today)
    try:
        write_signed(path, text, found)
    except OSError as error:
        raise NotWritable(
            f"Not signed: {path} and its copy under {SIGNED}/ cannot be written "
            f"({error.strerror}): let the user of the daemon write both, and their folders",
            command(path, side, name),
        ) from None
    return read_agreement(path)


def can_write(path: Path) -> bool:
    """Whether a version's file and the copies beside it look as if we may write them."""
    folders = [path.parent, *([one] if (one := path.parent / SIGNED).exists() else [])]
    return os.access(path, os.W_OK) and all(
        one.is_dir() and os.access(one, os.W_OK | os.X_OK) for one in folders
    )


def command(path: Path, side: str, name: str) -> str:
    """What is typed where the files lie, to sign a version for one side."""
    return f"crmbridge agreement approve {quote(str(path))} --side {side} --name {quote(name)}"
