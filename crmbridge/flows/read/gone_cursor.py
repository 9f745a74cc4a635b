"""A place that a vendor, or its connector, does not know any more is left for the beginning."""

from __future__ import annotations

from collections.abc import Callable

from crmbridge.company import Company
from crmbridge.errors import CursorGone
from crmbridge.flows.retry import patiently
from crmbridge.log import get_logger
from crmbridge.store import cursors

log = get_logger("crmbridge.flows")


def from_some_place(
    company: Company,
    side: str,
    name: str,
    once: Callable[[], None],
    sleep: Callable[[float], None],
) -> None:
    """Make a reading that begins where its cursors stand; anew where one leads nowhere.

    `once` asks for the cursors of `name` each time. Nothing is lost by it: what is read again is
    known. An object is begun anew once; a cursor that is gone right after that is an error.

    Raises:
        CursorGone: the beginning itself leads nowhere.
        ConnectorError: as `patiently` does.
    """
    begun = set[str]()
    while True:
        try:
            return patiently(once, sleep)
        except CursorGone as gone:
            if not gone.obj or gone.obj in begun:
                raise
            begun.add(gone.obj)
            begin_anew(company, side, name, gone)


def begin_anew(company: Company, side: str, name: str, gone: CursorGone) -> None:
    """Forget where the reading of an object stands."""
    log.warning("cursor gone: the object is read anew", side=side, obj=gone.obj, cursor=name)
    with company.ledger.write("pull") as tx:
        cursors.drop_cursor(tx, side, gone.obj, name)
