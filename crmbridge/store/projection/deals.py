"""Deals and the roles on them, in the hand of one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from crmbridge.model.evidence import EXPLICIT
from crmbridge.model.lead import Ref
from crmbridge.store import totals, trail
from crmbridge.store.projection.shelf import Shelf
from crmbridge.store.rows import DealRow, PartRow, RoleRow
from crmbridge.store.table import Tx

SHOWN, WROTE = "shown", "wrote"
"""What of a deal the vendor's fields hold that we write, and what we wrote into them last."""

GAVE = "gave"
"""What campaigns are credited with of a deal at the vendor: the model, and percent by pair."""


class Watch(Protocol):
    """Who hears of the deals and roles that change."""

    def deal(self, before: DealRow | None, after: DealRow) -> None:
        """A deal is put; `before` is `None` where none was in hand."""

    def deals(self, idents: Iterable[str]) -> None:
        """The people of some deals are others."""


class Deals:
    """The deals that a transaction has in hand, and who is on them; all by their refs as text.

    Looking loads what is missing, one statement a miss: call the `load…` methods first for a
    whole page.
    """

    def __init__(self, tx: Tx, watch: Watch) -> None:
        self._tx, self._watch = tx, watch
        self._deals = Shelf(tx, DealRow)
        self._roles = Shelf(tx, RoleRow)
        self._on: dict[str, dict[str, RoleRow]] = {}
        """The roles in hand by deal and id, as they are now."""
        self._shares: dict[str, list[PartRow]] = {}
        self._sharers: dict[str, list[str]] = {}
        self._whole: set[str] = set()
        """Deals of which all roles are in hand."""

    def load(self, ids: Iterable[str]) -> None:
        """Look deals up in bulk; unknown ids are no error."""
        self._deals.load(ids)

    def load_roles(self, ids: Iterable[str]) -> None:
        """Look roles up in bulk; unknown ids are no error."""
        self._roles.load(ids)

    def load_on(self, deals: Iterable[str]) -> None:
        """Look up in bulk who is on some deals."""
        missing = [one for one in dict.fromkeys(deals) if one not in self._whole]
        if not missing:
            return
        for rows in trail.roles_of_deals(self._tx, missing).values():
            for stored in rows:
                self._keep(self._roles.take(stored))
        self._whole.update(missing)

    def get(self, ident: str) -> DealRow | None:
        """A deal; `None` when it was never seen."""
        return self._deals.get(ident)

    def role(self, ident: str) -> RoleRow | None:
        """A role, a removed one too; `None` when it was never seen."""
        return self._roles.get(ident)

    def roles_on(self, deal: str) -> list[RoleRow]:
        """All roles on a deal, removed ones too, by id."""
        self.load_on([deal])
        mine = self._on.get(deal, {})
        return [mine[ident] for ident in sorted(mine)]

    def people_on(self, deal: str) -> list[Ref]:
        """The people of whom somebody says that they are on a deal."""
        mine = (row for row in self.roles_on(deal) if row.live and row.evidence in EXPLICIT)
        return sorted({Ref.parse(row.person) for row in mine})

    def load_shares(self, leads: Iterable[str]) -> None:
        """Look up in bulk what leads share, and who else shares it where currencies are mixed."""
        missing = [one for one in dict.fromkeys(leads) if one not in self._shares]
        if not missing:
            return
        found = totals.parts_of_leads(self._tx, missing)
        self._shares.update({one: found.get(one, []) for one in missing})
        self.load(row.deal for rows in found.values() for row in rows if row.kind)
        mixed = [rows for rows in found.values() if len({one.currency for one in rows}) > 1]
        self._load_sharers(row.deal for rows in mixed for row in rows if row.kind)

    def _load_sharers(self, deals: Iterable[str]) -> None:
        missing = [one for one in dict.fromkeys(deals) if one not in self._sharers]
        found = totals.parts_of(self._tx, missing) if missing else {}
        self._sharers.update(
            {one: [row.lead for row in found.get(one, []) if row.kind] for one in missing}
        )

    def shares(self, lead: str) -> list[PartRow]:
        """What a lead shares, or its cycles list, as the rows were last written."""
        self.load_shares([lead])
        return self._shares[lead]

    def sharers(self, deal: str) -> list[str]:
        """The leads that share a won deal, by id, as the rows were last written."""
        self._load_sharers([deal])
        return self._sharers[deal]

    def forget_shares(self, rows: Iterable[PartRow]) -> None:
        """Forget who shares what of these rows, which are written anew or gone."""
        for row in rows:
            self._shares.pop(row.lead, None)
            self._sharers.pop(row.deal, None)

    def put(self, row: DealRow) -> None:
        """Insert or replace a deal."""
        self._watch.deal(self._deals.peek(row.id), row)
        self._deals.put(row)

    def note_counted(self, ident: str, counted: str) -> None:
        """Note what a deal adds to the totals; nobody hears of it."""
        if (row := self.get(ident)) and row.counted != counted:
            self._deals.put(replace(row, counted=counted))

    def note_wrote(self, ident: str, values: Mapping[str, Any]) -> None:
        """Note what we wrote onto a deal, in JSON's types; nobody hears of it."""
        if row := self.get(ident):
            shown = {**row.data.get(SHOWN, {}), **values}
            data = {**row.data, SHOWN: shown, WROTE: {**row.data.get(WROTE, {}), **values}}
            self._deals.put(replace(row, data=data))

    def note_gave(self, ident: str, model: Any, shares: Mapping[str, Any]) -> None:
        """Note what campaigns were credited with at the vendor; nobody hears of it."""
        if row := self.get(ident):
            data = {**row.data, GAVE: {"model": model, "shares": dict(shares)}}
            self._deals.put(replace(row, data=data))

    def put_role(self, row: RoleRow) -> None:
        """Insert or replace a role."""
        before = self.role(row.id)
        self._watch.deals({row.deal, before.deal} if before else {row.deal})
        if before is not None and before.deal != row.deal:
            self._on.get(before.deal, {}).pop(row.id, None)
        self._roles.put(row)
        self._keep(row)

    def _keep(self, row: RoleRow) -> None:
        self._on.setdefault(row.deal, {})[row.id] = row

    def write(self) -> None:
        """Write the changed rows, in the transaction that was given."""
        self._deals.write()
        self._roles.write()
