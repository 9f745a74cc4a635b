"""All entries of a company as lines of JSON, for whoever wants to keep or read them elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crmbridge.errors import LedgerError
from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.store import chain, events
from crmbridge.store.guard import make_private, must_be_new
from crmbridge.store.ledger import Ledger
from crmbridge.store.table import Tx

FORMAT = 1


def export(
    ledger: Ledger, target: Path, progress: Callable[[int, int], None] = lambda done, of: None
) -> int:
    """Write every entry to a new file that only its owner may read; return how many.

    A line is an entry: `seq`, `kind`, `type`, `at`, `recorded_at`, `lead`, `source` and `data`,
    instants in UTC. The last line has the format, the number of entries, and the hash of the
    chain's last block with the number of the entry that it goes up to. Entries hold personal data.

    Raises:
        LedgerError: the target is there already or cannot be written.
    """
    must_be_new(target)
    try:
        make_private(target)
        with target.open("w", encoding="ascii") as file, ledger.read() as tx:
            total, done = events.count(tx), 0
            for entry in events.walk(tx):
                file.write(_line(_told(entry)))
                done += 1
                if done % events.PAGE == 0 or done == total:
                    progress(done, total)
            file.write(_line(_end(tx, done)))
    except OSError as error:
        raise LedgerError(f"{target} cannot be written ({error.strerror})") from None
    return done


def _told(entry: Event) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "kind": str(entry.kind),
        "type": entry.type,
        "at": instant(entry.at),
        "recorded_at": instant(entry.recorded_at),
        "lead": entry.lead,
        "source": entry.source,
        "data": entry.content.json,
    }


def _end(tx: Tx, many: int) -> dict[str, Any]:
    block = chain.last(tx)
    return {
        "format": FORMAT,
        "company": tx.company,
        "entries": many,
        "chain": {"upto": block.upto, "hash": block.hash.hex()},
    }


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, sort_keys=True) + "\n"
