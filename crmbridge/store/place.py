"""Where a ledger file may lie: on a disk of this machine, never on a network file system."""

from __future__ import annotations

import os
from pathlib import Path

from crmbridge.errors import LedgerError

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "glusterfs", "lustre"}
    | {"beegfs", "gfs2", "ocfs2", "orangefs", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs"}
    | {"fuse.rclone", "fuse.cephfs", "fuse.juicefs", "fuse.davfs"}
)
"""File system types whose locks SQLite cannot trust. Source: SQLite, "How To Corrupt", 2.1."""

MOUNTS = Path("/proc/mounts")


def _unescape(text: str) -> str:
    # /proc/mounts writes space, tab, newline and backslash as octal
    for code, char in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        text = text.replace(code, char)
    return text


def file_system(path: Path, mounts: str) -> str:
    """Return the type of the file system that holds `path`; empty when the table does not say.

    `mounts` is the text of `/proc/mounts`; of nested mounts the deepest counts, of stacked ones
    the last.
    """
    best, kind = -1, ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = Path(_unescape(parts[1]))
        depth = len(point.parts)
        if depth >= best and path.is_relative_to(point):
            best, kind = depth, parts[2]
    return kind


def check_place(path: Path, mounts: Path = MOUNTS) -> None:
    """Refuse a ledger on a network file system, or in a folder that is missing or locked to us."""
    folder = path.resolve().parent
    if not folder.is_dir():
        # the folder of a company is made by itself in a data folder that is there
        missing = folder if folder.parent.is_dir() else folder.parent
        raise LedgerError(
            f"the ledger's folder {missing} does not exist: create it, or set "
            "CRMBRIDGE_LEDGER or CRMBRIDGE_DATA_DIR to another one"
        )
    if not os.access(folder, os.W_OK):
        raise LedgerError(
            f"the ledger's folder {folder} is not writable for this user: "
            "change its owner or permissions"
        )
    if not mounts.is_file():
        return
    kind = file_system(folder, mounts.read_text(encoding="utf-8", errors="replace"))
    if kind in NETWORK:
        raise LedgerError(
            f"the ledger {path} lies on a network file system ({kind}), where two "
            "writers can destroy it: move it to a local disk"
        )
