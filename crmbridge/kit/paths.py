"""Which fields of an object and its parents can be asked for; those that vanish are forgotten."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from crmbridge.errors import Refused
from crmbridge.kit.fields import Described
from crmbridge.log import get_logger
from crmbridge.model.record import Field

log = get_logger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a vendor says of one object: `fields` by name, `parents` by the name of the relation.

    `kinds` are the fields' types by which their values are read. A parent with several possible
    objects (an owner: a user or a queue) has the object `""`.
    """

    obj: str
    fields: Mapping[str, Field]
    kinds: Mapping[str, str]
    parents: Mapping[str, str]
    createable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to select of an object: all `columns`, and the `kinds` of those that were wanted."""

    obj: str
    columns: tuple[str, ...]
    kinds: Mapping[str, str]


class Plans(ABC):
    """The described objects of one account, each asked for once in `fresh` seconds of real time.

    `always` are the columns that are selected of each object that has them, `unknown` the codes of
    a refusal that names a field which there is not.
    """

    fresh: ClassVar[float] = math.inf
    always: ClassVar[tuple[str, ...]] = ()
    unknown: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._described = Described(self._fetched, self.fresh, monotonic)
        self._hidden: set[tuple[str, str]] = set()
        self._lost = 0

    @abstractmethod
    def fetch(self, obj: str) -> Schema:
        """Ask the vendor for the schema of an object; raises `Refused` where there is none."""

    @abstractmethod
    def is_path(self, path: str) -> bool:
        """Whether a text can be a field, or a path of parents to one (`Owner.Email`)."""

    @property
    def changes(self) -> int:
        """How often an object was not as it had been described."""
        return self._lost + self._described.changes

    def _fetched(self, obj: str) -> Schema:
        found = self.fetch(obj)
        # an administrator may have given back what was hidden
        self._hidden = {each for each in self._hidden if each[0] != obj}
        return found

    def get(self, obj: str) -> Schema:
        """Return the schema of an object; raises `Refused` when there is none of that name."""
        return self._described.get(obj)

    def renew(self, obj: str) -> Schema:
        """Return the schema of an object as it is now, past what is kept."""
        return self._described.renew(obj)

    def plan(self, obj: str, wanted: Sequence[str]) -> Plan:
        """Return what to select; fields that we cannot see are left out, never guessed at."""
        known = self.get(obj)
        found = {path: self._kind(known, path) for path in wanted}
        kinds = {path: kind for path, kind in found.items() if kind is not None}
        if left := sorted(set(found) - set(kinds)):
            log.debug("fields not visible", obj=obj, fields=left)
        system = [name for name in self.always if name in known.fields]
        columns = tuple(dict.fromkeys([*kinds, *system]))
        return Plan(obj=obj, columns=columns, kinds=kinds)

    def _kind(self, known: Schema, path: str) -> str | None:
        """Return the type of a field or a path of parents, `None` when it cannot be seen."""
        head, _, rest = path.partition(".")
        if not self.is_path(path) or (known.obj, path) in self._hidden:
            return None
        if not rest:
            return known.kinds.get(path)
        parent = known.parents.get(head)
        if not parent:
            return parent  # "" for one of several objects: its values are typed by their JSON
        try:
            return self._kind(self.get(parent), rest)
        except Refused:
            return None

    def along(self, obj: str, path: str) -> tuple[Field, ...]:
        """Return the fields that can stand at the end of a path; see `Follows.along`."""
        head, _, rest = path.partition(".")
        known = self.get(obj)
        if not rest:
            return tuple(known.fields.values())
        if head not in known.parents:
            return tuple(Field(name=f"{one}.{rest}", type="") for one in known.parents)
        if not known.parents[head]:
            return (Field(name=path, type="", writable=False),)
        try:
            self.renew(known.parents[head])
            inner = self.along(known.parents[head], rest)
        except Refused:
            return ()
        return tuple(
            replace(one, name=f"{head}.{one.name}", writable=False, required=False) for one in inner
        )

    def lost(self, plan: Plan, error: Refused) -> bool:
        """Take in that a query on a plan was refused; say whether a new plan will differ.

        The object is described anew; a path that is still described, yet was named as unknown, is
        left out from now on (field-level security of a parent, for instance).
        """
        if error.code not in self.unknown:
            return False
        self._described.forget({plan.obj, *self._parents(plan)})
        after = self.plan(plan.obj, tuple(plan.kinds))
        if after.columns == plan.columns:
            self._hidden |= {(plan.obj, path) for path in _blamed(plan, error.field)}
            after = self.plan(plan.obj, tuple(plan.kinds))
        self._lost += 1
        gone = sorted(set(plan.kinds) - set(after.kinds))
        log.warning("fields vanished, reading on without them", obj=plan.obj, fields=gone)
        return after.columns != plan.columns

    def _parents(self, plan: Plan) -> set[str]:
        parents = self.get(plan.obj).parents
        heads = {path.partition(".")[0] for path in plan.kinds if "." in path}
        return {parents.get(head, "") for head in heads} - {""}

    def asked(self, make: Callable[[], Plan], ask: Callable[[Plan], Result]) -> tuple[Plan, Result]:
        """Plan and ask, again with less as long as fields turn out to have vanished."""
        while True:
            plan = make()
            try:
                return plan, ask(plan)
            except Refused as error:
                if not self.lost(plan, error):
                    raise


def tree(paths: Iterable[str], under: str) -> dict[str, Any]:
    """Return paths as nested tables, with those of a parent under a name of the vendor's."""
    heads: dict[str, set[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        heads.setdefault(head, set()).update({rest} - {""})
    return {one: {under: tree(sorted(rest), under)} if rest else {} for one, rest in heads.items()}


def _blamed(plan: Plan, named: str) -> set[str]:
    """Return the wanted paths that can be meant by a name in an error.

    A plain field that is still described is believed; the parents' fields come first.
    """
    last = named.rsplit(".", 1)[-1]
    able = {path for path in plan.kinds if last and last in path.split(".")}
    return {path for path in able if "." in path} or able
