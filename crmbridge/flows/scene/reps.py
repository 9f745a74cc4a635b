"""Who is who: the vendors' users and queues, and the reps of the teams file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crmbridge.agreement import Rep
from crmbridge.agreement.routing.reps import short_id
from crmbridge.company import Company
from crmbridge.model.lead import Ref, mark_of
from crmbridge.model.side import SALES
from crmbridge.store import trail
from crmbridge.store.rows import UserRow
from crmbridge.store.table import Tx


@dataclass(slots=True, kw_only=True)
class Reps:
    """Vendors' users and queues, and the reps that they are.

    A person is found by the id of their user, else by e-mail address; a queue by its id or name:
    in sales in the system in which they work.
    """

    rep_of: dict[str, str] = field(default_factory=dict)
    """Vendor user or queue (ref as text) -> our rep id."""
    user_of: dict[tuple[str, str], str] = field(default_factory=dict)
    """(system, rep id) -> the vendor's id of an active user, or of a queue; of several, the first
    by id."""
    gone: set[str] = field(default_factory=set)
    """Reps who have users in sales, none of which is active any more."""
    queues: dict[str, str] = field(default_factory=dict)
    """Queues that are no rep, as an owner's text (`<system>:<id>`) -> their names."""
    inactive: dict[str, str] = field(default_factory=dict)
    """Inactive users of sales who are no rep, as an owner's text -> their names."""
    automations: set[tuple[str, str]] = field(default_factory=set)
    """Users of sales who are no people: (system, id as it is compared)."""
    sales: tuple[str, ...] = ()
    """The systems of sales."""
    rules: frozenset[str] = frozenset()
    """Reps whose leads the CRM's own assignment rules give to somebody."""

    @classmethod
    def load(cls, company: Company, tx: Tx) -> Reps:
        """Match all users and queues that the ledger knows."""
        reps = cls(rules=_by_rules(company), sales=company.mapping.on(SALES))
        queues, machines = _queues(company), _machines(company)
        reps.automations |= {(name, short_id(one)) for name, some in machines for one in some}
        named = {(name, _folded(one)) for name, some in machines for one in some}
        index = _Index.of(company.teams.reps, company.home(SALES))
        for row in trail.users(tx):
            ref = Ref.parse(row.ref)
            if (ref.system, ref.obj) in queues:
                reps._take_queue(ref, row, index.queue_rep(ref, row))
            else:
                if named and (ref.system, _folded(_name(row))) in named:
                    reps.automations.add((ref.system, short_id(ref.id)))
                reps._take_user(ref, row, index.person(ref, row, of_sales=reps._of_sales(ref)))
        reps.gone -= {rep for system, rep in reps.user_of if system in reps.sales}
        return reps

    def _of_sales(self, ref: Ref) -> bool:
        return ref.system in self.sales

    def _take_user(self, ref: Ref, row: UserRow, rep: str) -> None:
        if rep:
            self._take(ref, row, rep)
        elif self._of_sales(ref) and not row.active:
            self.inactive[f"{ref.system}:{ref.id}"] = _name(row)

    def _take_queue(self, ref: Ref, row: UserRow, rep: str) -> None:
        if rep:
            self._take(ref, row, rep)
        else:
            self.queues[f"{ref.system}:{ref.id}"] = _name(row)

    def _take(self, ref: Ref, row: UserRow, rep: str) -> None:
        self.rep_of[row.ref] = rep
        if row.active:
            self.user_of.setdefault((ref.system, rep), ref.id)
        elif self._of_sales(ref):
            self.gone.add(rep)

    def takes(self, rep: str) -> bool:
        """Whether sales has somebody, or something, that leads of a rep can be given."""
        return rep in self.rules or any((name, rep) in self.user_of for name in self.sales)

    def is_nobody(self, owner: str) -> bool:
        """Whether whoever owns a lead works none: a queue that is no rep, or a user who has left.

        `owner` is our rep id, or the vendor's user as text.
        """
        return owner in self.gone or owner in self.inactive or owner in self.queues

    def is_automation(self, user: Ref | None) -> bool:
        """Whether a user of sales is no person, but the vendor's own machinery."""
        return user is not None and (user.system, short_id(user.id)) in self.automations

    def name_of(self, owner: str) -> str:
        """The name of an owner who is no rep, as the vendor has it; empty where it is not known."""
        return self.queues.get(owner) or self.inactive.get(owner, "")


def _queues(company: Company) -> set[tuple[str, str]]:
    """System and object of what holds queues of sales."""
    mapping = company.mapping
    found = ((name, mapping.system(name).queue) for name in mapping.on(SALES))
    return {(name, one.object) for name, one in found if one is not None}


def _machines(company: Company) -> list[tuple[str, tuple[str, ...]]]:
    """Each system of sales with the users that its mapping calls automations."""
    mapping = company.mapping
    found = ((name, mapping.system(name).rep) for name in mapping.on(SALES))
    return [(name, one.automations) for name, one in found if one is not None]


def _by_rules(company: Company) -> frozenset[str]:
    """Reps that stand for assignment rules; not those of a connector that cannot let them run."""
    rules = [one for one in company.teams.reps if one.kind == "rules"]
    theirs = ((one.id, company.systems.get(company.mapping.works_in(one))) for one in rules)
    return frozenset(rep for rep, it in theirs if it is None or it.connector.info.assigns)


@dataclass(slots=True, kw_only=True)
class _Index:
    """The reps by the system of sales in which they work, and what they are found by there."""

    user: dict[tuple[str, str], str]
    handle: dict[tuple[str, str], str]
    mark: dict[tuple[str, str], str]
    """Of people without a user's id: in sales that goes before an address."""
    mark_of_all: dict[str, str]
    queue: dict[tuple[str, str], str]
    named: dict[tuple[str, str], str]

    @classmethod
    def of(cls, reps: tuple[Rep, ...], home: str) -> _Index:
        """Sort the reps of a teams file; those who name no system work in the home."""
        every = [(one.system or home, one) for one in reps]
        queues = [(where, one) for where, one in every if one.kind == "queue"]
        users = [(where, one) for where, one in every if one.user]
        known = [(where, one) for where, one in every if one.kind == "person" and one.email]
        return cls(
            user={(where, short_id(one.user)): one.id for where, one in users},
            handle={(where, handle_mark(one.user)): one.id for where, one in users},
            mark={(where, _mark(one)): one.id for where, one in known if not one.user},
            mark_of_all={_mark(one): one.id for _, one in known},
            queue={(where, short_id(one.queue)): one.id for where, one in queues},
            named={(where, _folded(one.queue)): one.id for where, one in queues},
        )

    def person(self, ref: Ref, row: UserRow, *, of_sales: bool) -> str:
        """The rep that a user is; empty for none."""
        mark = row.email or ""
        if not of_sales:
            return self.mark_of_all.get(mark, "")
        where, handle = ref.system, str(row.data.get("handle") or "")
        named = self.user.get((where, short_id(ref.id))) or self.handle.get((where, handle), "")
        return named or self.mark.get((where, mark), "")

    def queue_rep(self, ref: Ref, row: UserRow) -> str:
        """The rep that a queue is; empty for none. A name is that of a queue that is there."""
        found = self.queue.get((ref.system, short_id(ref.id)), "")
        name = (ref.system, _folded(_name(row)))
        return found or (self.named.get(name, "") if row.active else "")


def handle_mark(handle: str) -> str:
    """The hash of what a user is named by beside the id, whatever its case; empty for nothing."""
    folded = _folded(handle)
    return mark_of(folded) if folded else ""


def _mark(rep: Rep) -> str:
    return mark_of(rep.email.strip().lower())


def _folded(name: str) -> str:
    return name.strip().casefold()


def _name(row: UserRow) -> str:
    said: Mapping[str, object] = row.data
    return str(said.get("name") or "")
