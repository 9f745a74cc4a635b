"""Who may write what, field by field, with examples out of the company's own ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.owed.changes import Change
from crmbridge.flows.owed.credit import load_credit
from crmbridge.flows.owed.revenue import load_won, won
from crmbridge.flows.owed.words import words
from crmbridge.flows.owed.writes import record_changes
from crmbridge.flows.read.observe.facts import current, stands_now
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.check.tables import people_tables
from crmbridge.mapping.rules import rules_of
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.words import is_fact
from crmbridge.model.authority import UNNAMED
from crmbridge.model.codec import encode
from crmbridge.model.lifecycle import Stage
from crmbridge.model.record import Value
from crmbridge.policy.merge import Absent, Conflict, agree
from crmbridge.registry import connector
from crmbridge.store import leads
from crmbridge.store.projection import RefEntry
from crmbridge.store.table import Tx

EXAMPLES = 3
"""Examples that a field has at most."""
LEADS = 300
"""Leads of each side that examples are looked for among, in order of their ids."""
ORDER = ("disputed", "written", "kept", "alike", "one_side")
"""Kinds of examples, the most telling first: a person is to decide; something is to be written;
both differ and stay so; both say the same; one side has no record, or says nothing."""
TOMBS = frozenset({Stage.MERGED, Stage.ERASED})


def rules_told(mapping: MappingFile) -> list[dict[str, Any]]:
    """Return each field of people in the order of the file, with its rule and its lines.

    `rule` is that of [authority], `named` says whether the file names it; both are empty for
    consent and for what only crmbridge knows. `told_by` and `written_to` are sides.
    """
    found: dict[str, dict[str, Any]] = {}
    rules = rules_of(mapping)
    for side, spec in mapping.systems():
        for table, person in people_tables(side, spec):
            for word, line in person.fields.items():
                one = found.setdefault(word, _field(word, rules))
                one["lines"].append(
                    {
                        "system": title(mapping, side),
                        "side": side,
                        "table": table,
                        "object": person.object,
                        "field": line.field,
                        "way": line.way,
                        "only_if_empty": line.only_if_empty,
                    }
                )
                one["told_by"] += [side] if line.reads and side not in one["told_by"] else []
                one["written_to"] += [side] if line.writes and side not in one["written_to"] else []
    return list(found.values())


def _field(word: str, rules: Mapping[str, str]) -> dict[str, Any]:
    ruled = is_fact(word) and word != "opted_out"
    return {
        "field": word,
        "fact": is_fact(word),
        "rule": rules.get(word, UNNAMED) if ruled else "",
        "named": word in rules,
        "told_by": [],
        "written_to": [],
        "lines": [],
        "examples": [],
    }


def title(mapping: MappingFile, side: str) -> str:
    """What a side's system is called; the connector's name where that is not installed."""
    name = mapping.system(side).connector
    alike = [one for one, spec in mapping.systems() if spec.connector == name]
    with suppress(ConfigError):
        title = connector(name).info.title
        return f"{title} ({side})" if len(alike) > 1 else title
    return name


def with_examples(company: Company, tx: Tx, fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the fields of `rules_told` with up to three examples each; `tx` is only read.

    They hold personal data. A field of which no lead says anything has none.
    """
    scene = Scene.open(company, tx)
    names = [one["field"] for one in fields]
    found: dict[str, dict[str, list[dict[str, Any]]]] = {name: {} for name in names}
    for lead in _looked_at(scene):
        look = view(scene, lead)
        if look.life.stage in TOMBS:
            continue
        case = _Case.of(scene, look)
        for name in names:
            if (example := case.of_word(name)) is not None:
                some = found[name].setdefault(example["kind"], [])
                if len(some) < EXAMPLES:
                    some.append(example)
    return [one | {"examples": _chosen(found[one["field"]])} for one in fields]


def _looked_at(scene: Scene) -> list[str]:
    """Leads to look for examples among, those of sales first, with what is asked of them."""
    found = [
        one
        for side in reversed(scene.company.names)
        for one in leads.with_records(scene.tx, side, LEADS)
    ]
    some = list(dict.fromkeys(found))
    scene.work.load_leads(some)
    scene.work.load_refs_of(some)
    scene.work.load_touches_of(some)
    load_won(scene, some)
    load_credit(scene, some)
    return some


def _chosen(found: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Up to three examples, of as many kinds as there are."""
    rows = [found.get(kind, []) for kind in ORDER]
    turns = (some[turn] for turn in range(EXAMPLES) for some in rows if turn < len(some))
    return sorted(list(turns)[:EXAMPLES], key=lambda one: ORDER.index(one["kind"]))


@dataclass(slots=True, kw_only=True)
class _Case:
    """One lead: what its records hold, what holds for it, and what would be written next."""

    scene: Scene
    look: View
    entries: dict[str, RefEntry]
    said: dict[str, Value]
    disputed: set[str] = field(default_factory=set)
    changes: dict[str, list[tuple[RefEntry, str, Change]]] = field(default_factory=dict)

    @classmethod
    def of(cls, scene: Scene, look: View) -> _Case:
        some = {side: current(scene, look.id, side) for side in scene.company.names}
        entries = {side: own[0] for side, own in some.items() if own}
        case = cls(
            scene=scene, look=look, entries=entries, said=words(scene, look, won(scene, look))
        )
        case._weigh()
        fits = Fitting(scene=scene)
        for entry in entries.values():
            for name, change in record_changes(fits, look, entry, case.said).items():
                case.changes.setdefault(change.word, []).append((entry, name, change))
        return case

    def _weigh(self) -> None:
        """Let the rules decide what holds, as the next decision would."""
        if len(self.entries) < 2:
            return
        for word in self.scene.company.shared:
            found = stands_now(self.scene, self.look.id, word, self.entries)
            if isinstance(found, Conflict):
                self.disputed.add(word)
            elif found[0].by != "agreed" and not isinstance(found[0].value, Absent):
                self.said[word] = found[0].value

    def of_word(self, word: str) -> dict[str, Any] | None:
        """An example of a field; `None` where nobody says anything of it."""
        holds = list(self._holds(word))
        changes = self.changes.get(word, [])
        if not changes and all(one["value"] is None for one in holds):
            return None
        state = self.look.state
        return {
            "kind": self._kind(word, holds),
            "lead": self.look.id,
            "who": encode(state.value("email")),
            "holds": holds,
            "ours": encode(self.said.get(word)),
            "agreed": encode(state.agreed.get(word)),
            "next": [_next(*one) for one in changes],
        }

    def _holds(self, word: str) -> Iterator[dict[str, Any]]:
        for side, entry in self.entries.items():
            person = self.scene.company.mapping.person(side, entry.ref.obj)
            line = person.fields.get(word) if person else None
            if line is not None:
                raw = entry.seen.raw.get(line.field)
                value = None if raw == "" else encode(raw)
                yield {
                    "side": side,
                    "record": str(entry.ref),
                    "field": line.field,
                    "value": value,
                }

    def _kind(self, word: str, holds: Iterable[Mapping[str, Any]]) -> str:
        if word in self.disputed:
            return "disputed"
        if self.changes.get(word):
            return "written"
        values = [one["value"] for one in holds]
        if len(values) < 2 or None in values:
            return "one_side"
        zone = self.scene.company.zone
        return "alike" if all(agree(values[0], one, zone) for one in values) else "kept"


def _next(entry: RefEntry, name: str, change: Change) -> dict[str, Any]:
    return {
        "side": entry.ref.system,
        "record": str(entry.ref),
        "field": name,
        "before": encode(change.before),
        "after": encode(change.after),
        "rule": change.rule,
    }
