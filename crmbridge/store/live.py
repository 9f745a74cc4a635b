"""Whether a company's systems are written, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from crmbridge.model.codec import instant
from crmbridge.model.side import PAIR
from crmbridge.store import cursors
from crmbridge.store.table import Tx

ARMED = "armed"
"""Row of the ledger's facts: whether somebody applied a plan."""
RESTORED = "restored"
"""Row of the ledger's facts: the newest entry of a backup that was put back; empty once armed."""
IN_FORCE = "agreement_in_force"
"""Row of the ledger's facts: `now` the version in force, `used` version -> hash and first use."""
OFF = "switched_off"
"""Row of the ledger's facts: who let nothing be written any more, and when; empty once armed."""
ACCOUNTS = "accounts"
"""Row of the ledger's facts: by side the vendor's id of the account that is written, and whether it
is a sandbox."""
LET_IN = "let_in"
"""Row of the ledger's facts: further systems that were in the mapping when a plan was applied."""
LIVE_SINCE = "live_since"
"""Row of the ledger's facts: when somebody first did. A ledger of an earlier build has none."""


def begin(tx: Tx, at: datetime) -> None:
    """Let the company's systems be written; the first time is when the past ends."""
    if not is_armed(tx) and cursors.get_meta(tx, LIVE_SINCE) is None:
        cursors.put_meta(tx, LIVE_SINCE, instant(at))
    cursors.put_meta(tx, ARMED, True)
    cursors.put_meta(tx, RESTORED, {})
    if switched_off(tx):
        cursors.put_meta(tx, OFF, {})


def disarm(tx: Tx, newest: int) -> None:
    """Let nothing be written after a backup was put back, whose newest entry is `newest`."""
    cursors.put_meta(tx, ARMED, False)
    cursors.put_meta(tx, RESTORED, {"upto": newest})


def switch_off(tx: Tx, by: str, at: datetime) -> None:
    """Let nothing be written until somebody arms the writer, or applies a plan."""
    cursors.put_meta(tx, ARMED, False)
    cursors.put_meta(tx, OFF, {"by": by, "at": instant(at)})


def go_on(tx: Tx) -> None:
    """Let the systems be written as before they were switched off; nothing else is begun anew."""
    cursors.put_meta(tx, ARMED, True)
    cursors.put_meta(tx, OFF, {})


def switched_off(tx: Tx) -> dict[str, str]:
    """Who let nothing be written any more, and when; empty while nobody did."""
    told = cursors.get_meta(tx, OFF)
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}


def never_wrote(tx: Tx) -> bool:
    """Whether nobody ever applied a plan."""
    return not is_armed(tx) and cursors.get_meta(tx, LIVE_SINCE) is None


def accounts(tx: Tx) -> dict[str, dict[str, Any]]:
    """The accounts that are written, by side; one that was never written is absent."""
    told = cursors.get_meta(tx, ACCOUNTS)
    return {str(side): dict(one) for side, one in told.items()} if isinstance(told, dict) else {}


def keep_account(tx: Tx, side: str, ident: str, *, sandbox: bool | None) -> None:
    """Keep which account a side's writes go to; `sandbox` is `None` where nobody asked."""
    row = {"id": ident, "sandbox": sandbox}
    cursors.put_meta(tx, ACCOUNTS, accounts(tx) | {side: row})


def let_in(tx: Tx, systems: Iterable[str]) -> None:
    """Let further systems be written: somebody applied a plan that has them."""
    further = {*_let(tx), *systems} - {*PAIR}
    if further != _let(tx):
        cursors.put_meta(tx, LET_IN, sorted(further))


def kept_out(tx: Tx, systems: Iterable[str]) -> frozenset[str]:
    """Those of some systems that are not written before a plan was applied, while others are.

    Each system that joins a company at work is one. None while nothing is written at all.
    """
    if not is_armed(tx):
        return frozenset()
    # accounts that were written before anybody asked go on
    return frozenset(systems) - {*PAIR, *accounts(tx), *_let(tx)}


def _let(tx: Tx) -> set[str]:
    told = cursors.get_meta(tx, LET_IN)
    return {str(one) for one in told} if isinstance(told, list) else set()


def restored(tx: Tx) -> int | None:
    """The newest entry of the backup that was put back; `None` once a plan was applied since."""
    told = cursors.get_meta(tx, RESTORED)
    return int(told["upto"]) if isinstance(told, dict) and told else None


def is_armed(tx: Tx) -> bool:
    """Whether the company's systems may be written."""
    return cursors.get_meta(tx, ARMED) is True


def decided_by(tx: Tx) -> str:
    """The agreement by which was decided last, version and short hash; empty before that."""
    kept = cursors.get_meta(tx, IN_FORCE)
    used = kept["used"].get(kept["now"]) if isinstance(kept, dict) else None
    return f"v{kept['now']}:{used['hash'][:12]}" if isinstance(kept, dict) and used else ""
