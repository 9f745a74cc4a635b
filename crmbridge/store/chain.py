"""The hash chain: blocks of entries, each bound to the one before, linked behind the writers.

A block's hash is over the hash before it and, for each entry, over its columns and a salted digest
of what it says. What an entry says is taken as it is read, not as it lies: a new layout or another
way to press documents leaves the chain as it is. Whoever changes, removes or slips in an entry
behind the ledger's back would have to make all blocks after it anew; a hash that somebody noted
elsewhere (`crmbridge ledger export` ends with it) would still tell.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, inspect, select

from crmbridge.errors import CrmBridgeError
from crmbridge.model.codec import canonical, instant
from crmbridge.model.event import Event
from crmbridge.store import events
from crmbridge.store.dialect import insert
from crmbridge.store.ledger import Ledger
from crmbridge.store.schema import chain
from crmbridge.store.table import Tx, fetch, put

BLOCK = 1000
"""Entries of a block at most: bounds the memory of a check, and how far a fault is narrowed."""

SALT = 16
"""Bytes that keep a digest from being guessed from what an entry may say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Entries up to number `upto` that the block before does not have; `many` of them."""

    upto: int
    many: int
    salt: bytes
    hash: bytes


START = Block(upto=0, many=0, salt=b"", hash=b"")


def link(ledger: Ledger, most: int = 5, size: int = BLOCK) -> int:
    """Link entries that are in no block yet, `most` blocks of `size`; return how many entries.

    Each block is a transaction of its own: the writers wait for one at a time.
    """
    linked = 0
    for _ in range(most):
        with ledger.read() as tx:
            before = last(tx)
            found = events.since(tx, before.upto, size)
        if not found:
            break
        block = bound(before, found, secrets.token_bytes(SALT))
        with ledger.write("chain") as tx:
            if last(tx) != before:
                continue  # another process was faster
            put(tx, [block], chain, how=insert)
        linked += len(found)
        if len(found) < size:
            break
    return linked


def last(tx: Tx) -> Block:
    """The newest block; `START` where nothing was linked yet."""
    found = fetch(tx, Block, order=[chain.c.upto.desc()], limit=1, table=chain)
    return found[0] if found else START


def bound(before: Block, entries: Sequence[Event], salt: bytes) -> Block:
    """The block of some entries after another block."""
    whole = sha256(before.hash + salt)
    for entry in entries:
        said = canonical(entry.content.json).encode("utf-8", "surrogatepass")
        whole.update(_columns(entry))
        whole.update(sha256(salt + said).digest())
    upto = entries[-1].seq if entries else before.upto
    return Block(upto=upto, many=len(entries), salt=salt, hash=whole.digest())


def _columns(entry: Event) -> bytes:
    told = [
        *(entry.seq, str(entry.kind), entry.type, instant(entry.at), instant(entry.recorded_at)),
        *(entry.key, entry.lead, entry.source),
    ]
    text = canonical(told).encode("utf-8", "surrogatepass")
    return len(text).to_bytes(4, "big") + text


def faults(tx: Tx) -> Iterator[str]:
    """Yield each block that does not have the entries that were linked, in words.

    Reads all entries that are linked. Nothing for a ledger of a layout without a chain.
    """
    if not inspect(tx.conn).has_table(chain.name):
        return
    before = START
    for block in _blocks(tx):
        which = f"entries {before.upto + 1} to {block.upto}"
        try:
            same = bound(before, events.between(tx, before.upto, block.upto), block.salt) == block
        except (CrmBridgeError, ValueError, KeyError, TypeError):
            yield f"{which} cannot be read: one was changed, or what it refers to was removed"
        else:
            if not same:
                yield (
                    f"{which} are not those that were written: one was changed, removed or "
                    "slipped in"
                )
        before = block


def linked(tx: Tx) -> int:
    """How many entries the chain binds; 0 for a ledger of a layout without one."""
    if not inspect(tx.conn).has_table(chain.name):
        return 0
    statement = select(func.coalesce(func.sum(chain.c.many), 0))
    return int(tx.conn.execute(statement.where(chain.c.company == tx.company)).scalar_one())


def _blocks(tx: Tx) -> Iterator[Block]:
    after = 0
    while found := fetch(
        tx, Block, chain.c.upto > after, order=[chain.c.upto], limit=BLOCK, table=chain
    ):
        yield from found
        after = found[-1].upto
