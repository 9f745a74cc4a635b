"""Copies of a ledger: made beside a running daemon, checked, and put back when none runs."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.model.codec import instant
from crmbridge.store import chain, events, writer
from crmbridge.store.dialect.sqlite import damage, reader_engine
from crmbridge.store.guard import make_private, must_be_new
from crmbridge.store.lease import writer_lease
from crmbridge.store.ledger import Ledger
from crmbridge.store.live import disarm
from crmbridge.store.schema import meta
from crmbridge.store.table import Tx

PARTS = ("-wal", "-shm")
"""What SQLite keeps beside a file that is in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a ledger or a copy of one holds of a company. `newest` is empty without entries."""

    path: Path | str
    entries: int
    newest: str
    damage: tuple[str, ...]
    bound: int = 0
    """Entries that were held against the hash chain."""


def back_up(ledger: Ledger, target: Path) -> Copy:
    """Copy a ledger as it is at one instant, beside whoever writes it; the copy is checked.

    Raises:
        LedgerError: the target is there already or cannot be written, or the copy is not sound.
    """
    must_be_new(target)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        _copied(ledger.path, part)
        found = look(part, ledger.company)
        if found.damage:
            raise LedgerError(
                f"the copy is damaged as the ledger is ({found.damage[0]}): stop the daemon, and "
                "restore an earlier backup"
            )
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return Copy(path=target, entries=found.entries, newest=found.newest, damage=())


def look(path: Path, company: str, *, linked: bool = False) -> Copy:
    """Look through a copy for damage, and count what it holds of a company; changes nothing.

    With `linked` its entries are held against the hash chain, which reads all of them.

    Raises:
        LedgerError: it cannot be read, or is no ledger.
    """
    if not path.is_file():
        raise LedgerError(f"{path}: no such file")
    engine = reader_engine(path)
    try:
        with engine.begin() as conn:
            return _seen(Tx(conn=conn, company=company), path, damage(conn), linked=linked)
    except DBAPIError as error:
        raise LedgerError(f"{path} cannot be read as a ledger ({error.orig})") from None
    finally:
        engine.dispose()


def look_at(ledger: Ledger, *, linked: bool = False) -> Copy:
    """Look through an open ledger as `look` does through a copy."""
    with ledger.read() as tx:
        return _seen(tx, ledger.place, ledger.database.damage(tx.conn), linked=linked)


def _seen(tx: Tx, place: Path | str, damage: list[str], *, linked: bool) -> Copy:
    entries, newest = events.count(tx), events.newest(tx)
    if linked and not damage:
        damage += chain.faults(tx)
    return Copy(
        path=place,
        entries=entries,
        newest=instant(newest) if newest else "",
        damage=tuple(damage),
        bound=chain.linked(tx) if linked else 0,
    )


def restore(url: str, company: str, source: Path, now: datetime) -> tuple[Copy, Path | None]:
    """Put a copy in the ledger's place; return what it holds and where the old file went.

    Nothing is written to the company's systems until a plan is applied again: they know what
    happened since the copy was made, and the ledger does not.

    Raises:
        LedgerBusy: another process writes the ledger.
        LedgerError: the copy is damaged, or has nothing of this company.
    """
    found = look(source, company)
    if found.damage:
        raise LedgerError(f"{source} is damaged ({found.damage[0]}): take an earlier backup")
    if not found.entries:
        raise LedgerError(f"{source} has no entry of {company}: it is another company's ledger")
    place = Ledger(url, company).path
    if source.resolve() == place.resolve():
        raise LedgerError(f"{source} is the ledger itself: name a backup of it")
    aside = _put_aside(url, company, place, now)
    _copied(source, place)
    ledger = Ledger.open(url, company)
    try:
        with ledger.write("restore") as tx:
            if held := writer.current(tx):
                writer.release(tx, held.owner)
            for one in tx.conn.execute(select(meta.c.company).distinct()).scalars().all():
                of = replace(tx, company=one)
                disarm(of, events.last_seq(of))
    finally:
        ledger.close()
    return found, aside


def _put_aside(url: str, company: str, place: Path, now: datetime) -> Path | None:
    """Move the present file away, once it is sure that nobody writes it; a damaged one, too."""
    if not place.exists():
        return None
    try:
        ledger = Ledger.open(url, company)
    except LedgerBusy:
        raise
    except LedgerError:
        pass  # it cannot even be opened, which is why somebody restores a copy
    else:
        try:
            with writer_lease(ledger):
                pass
        except LedgerBusy:
            raise
        except LedgerError:
            pass  # nor can it be written
        finally:
            ledger.close()
    aside = place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%SZ}")
    for part in ("", *PARTS):
        with suppress(FileNotFoundError):
            place.with_name(place.name + part).rename(aside.with_name(aside.name + part))
    return aside


def _copied(source: Path, target: Path) -> None:
    """Copy a database page by page in one snapshot, to a file that only its owner may read."""
    make_private(target)
    try:
        with closing(_read_only(source)) as db, closing(sqlite3.connect(target)) as copy:
            db.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # so that it can be read where it lies
    except sqlite3.Error as error:
        raise LedgerError(f"{source} cannot be copied to {target} ({error})") from None
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=30)
