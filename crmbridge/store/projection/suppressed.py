"""Addresses of people who opted out before anybody knew them: hashes, until they consent."""

from __future__ import annotations

from collections.abc import Iterable

from crmbridge.store import leads
from crmbridge.store.rows import IdentityRow
from crmbridge.store.table import Tx

KIND = "opted_out"
"""Kind of identity that stands for an opt-out without a lead."""


class Suppressed:
    """The suppressed addresses that one transaction has in hand."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[str, bool] = {}

    def load(self, marks: Iterable[str]) -> None:
        """Look addresses up in bulk, by their hashes."""
        missing = [one for one in dict.fromkeys(marks) if one not in self._known]
        if not missing:
            return
        found = leads.by_identity(self._tx, missing, KIND)
        self._known.update({one: one in found for one in missing})

    def __contains__(self, mark: str) -> bool:
        """Whether somebody opted out by this address while they were nobody's lead."""
        self.load([mark])
        return self._known[mark]

    def loaded(self, mark: str) -> bool:
        """Whether a mark that was looked up before is here; no look-up of its own."""
        return self._known.get(mark, False)

    def lift(self, marks: Iterable[str]) -> None:
        """Forget addresses of somebody who consented to mail again."""
        known = list(marks)
        leads.remove_identities(self._tx, known, KIND)
        self._known.update(dict.fromkeys(known, False))

    def add(self, mark: str) -> None:
        """Note that somebody without a lead opted out."""
        leads.put_identities(self._tx, [IdentityRow(hash=mark, lead="", kind=KIND)])
        self._known[mark] = True
