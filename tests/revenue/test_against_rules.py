"""Every way of one deal through its states, seen or not, ends where the closed table says."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product

import pytest

from crmbridge.model.lifecycle import RANK, Lifecycle, LifeEvent, fold
from tests.model import lifecycle_rules
from tests.revenue.rules import (
    DEAL,
    OUT,
    SETTINGS,
    STATES,
    STEPS,
    Json,
    Look,
    Setting,
    end_state,
    histories,
    plain,
    written,
)

WAYS = tuple(histories())
HISTORIES = tuple({repr(written(looks)): looks for looks in WAYS}.values())
"""One way of each that a ledger can tell apart."""
PLAIN = tuple(dict.fromkeys(plain(state) for state in STATES if state != "restored"))


def name(setting: Setting) -> str:
    return setting.name


def events_of(rows: Sequence[Json]) -> list[LifeEvent]:
    """The events of some rows, which arrive in this order."""
    return [LifeEvent(**row, arrival=n) for n, row in enumerate(rows)]


def mixed(rows: list[Json], seed: int) -> list[Json]:
    """Another order of arrival; of reasons given twice for one loss the last to come counts."""
    if sum(1 for row in rows if row.get("kind")) < 2:
        random.Random(seed).shuffle(rows)
    return rows


def differs(looks: tuple[Look, ...], setting: Setting, life: Lifecycle) -> str:
    """What is wrong with the end of a story; nothing if it is as the table says."""
    end = end_state(looks)
    home = life.cycles[min(setting.home, life.cycle) - 1]
    found = (life.stage, life.cycle, home.outcome, home.reason)
    open_deals = setting.others | ({DEAL} if end == "open" else set())
    # no rule says whether a later reason for a loss that closed no cycle is listed
    silent = setting.others and any(row.get("kind") for row in written(looks))
    customer = "W" in {row.get("deal") for row in setting.before} or end == "won"
    wrong = [
        f"{what}: {got} for {wanted}"
        for what, got, wanted in (
            ("end", found, setting.ends[end]),
            ("open deals", set(life.open_deals), open_deals),
            ("customer", life.customer, customer),
            ("ignored", [] if silent else [row.why for row in life.ignored], []),
        )
        if got != wanted
    ]
    seen = " > ".join(f"{look.state} {look.at:%d}" for look in looks)
    return f"{seen}: {'; '.join(wrong)}" if wrong else ""


def test_the_table_is_closed() -> None:
    """From each state to each other, but never back to absent."""
    pairs = {(known, seen) for known, seen in product(PLAIN, PLAIN) if seen != "absent"}
    assert pairs | {("absent", "absent")} == set(STEPS)
    assert (len(WAYS), len(HISTORIES)) == (55746, 2673)


@pytest.mark.parametrize("setting", SETTINGS, ids=name)
def test_a_deal_ends_where_the_table_says(setting: Setting) -> None:
    wrong = []
    for n, looks in enumerate(HISTORIES):
        rows = mixed([*setting.before, *written(looks)], n)
        wrong.append(differs(looks, setting, fold(events_of(rows), out_reasons=OUT)))
    found = [line for line in wrong if line]
    assert not found, f"{len(found)} of {len(wrong)}, such as\n" + "\n".join(found[:10])


@pytest.mark.parametrize("setting", SETTINGS, ids=name)
def test_the_rules_written_a_second_time_say_what_the_table_says(setting: Setting) -> None:
    tried = 0
    for looks in HISTORIES:
        rows = [*setting.before, *written(looks)]
        try:
            found = lifecycle_rules.expected(rows, dict(RANK), sorted(OUT))
        except lifecycle_rules.UndefinedCase:
            continue  # reasons given twice for one loss, or for a loss that closed no cycle
        home = found["cycles"][setting.home - 1]
        end = (found["stage"], found["cycle"], home["outcome"] or "", home["reason"] or "")
        assert (end, found["ignored"]) == (setting.ends[end_state(looks)], []), looks
        tried += 1
    assert tried > 0.8 * len(HISTORIES)
