"""Three systems in a ring: they come to one value, an opt-out reaches all, and nothing echoes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from random import Random

import pytest
from sqlalchemy import Engine

from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.model.authority import Authority
from crmbridge.store import held
from crmbridge.store.table import Tx
from tests.identity.made_world import memory
from tests.stages.still import still
from tests.systems.ring import OBJECTS, WEBINARS, Ring, differing, played, ruled

RULES: tuple[Authority, ...] = ("marketing", "sales", "latest", "hold")
SEEDS = range(25)
PEOPLE = 4


@pytest.fixture(scope="module")
def engine() -> Engine:
    return memory()


def rings(company: Company, engine: Engine, deeds: int) -> Iterator[tuple[int, Ring]]:
    for seed in SEEDS:
        ring = played(company, engine, seed, deeds=deeds, people=PEOPLE)
        try:
            yield seed, ring
        finally:
            ring.tx.conn.rollback()
            ring.tx.conn.close()


@pytest.mark.parametrize("side", ["marketing", "sales"])
@pytest.mark.parametrize("rule", RULES)
def test_three_systems_in_a_ring_come_to_one_value(
    acme: CompanyFiles, engine: Engine, rule: Authority, side: str
) -> None:
    with still(ruled(acme, rule, side=side)) as (company, _):
        for seed, ring in rings(company, engine, 10):
            rounds = ring.rest()
            assert rounds[-2:] == [0, 0], (seed, rounds, ring.deeds)
            assert list(differing(ring, PEOPLE)) == [], seed


@pytest.mark.parametrize("side", ["marketing", "sales"])
@pytest.mark.parametrize("rule", RULES)
def test_an_opt_out_in_any_system_reaches_all(
    acme: CompanyFiles, engine: Engine, rule: Authority, side: str
) -> None:
    with still(ruled(acme, rule, side=side)) as (company, _):
        for seed, ring in rings(company, engine, 10):
            ring.rest()
            for person in range(PEOPLE):
                said = {ring.says(one, "opted_out") for one in ring.of(person)}
                assert len(said) == 1, (seed, person, ring.deeds)


@pytest.mark.parametrize("side", ["marketing", "sales"])
def test_what_we_wrote_and_read_back_is_no_news(
    acme: CompanyFiles, engine: Engine, side: str
) -> None:
    with still(ruled(acme, "latest", side=side)) as (company, _):
        for seed, ring in rings(company, engine, 6):
            ring.rest()
            ring.wrote.clear()
            for rec in ring.recs.values():
                ring.touch(rec)  # the vendor stamps it anew, and nothing else is new
            assert ring.rest()[-2:] == [0, 0]
            assert ring.wrote == [], seed


def test_a_system_that_is_never_written_to_tells_and_keeps_its_own(
    acme: CompanyFiles, engine: Engine
) -> None:
    with still(ruled(acme, "latest", way="in")) as (company, _):
        for seed, ring in rings(company, engine, 10):
            rounds = ring.rest()
            assert rounds[-2:] == [0, 0], (seed, rounds, ring.deeds)
            assert list(differing(ring, PEOPLE, ("marketing", "sales"))) == [], seed
            assert all(
                set(one.changes) <= {"no_mail"} for one in ring.wrote if one.side == WEBINARS
            )


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("pair", list(combinations(OBJECTS, 2)))
def test_who_is_read_first_decides_nothing(
    acme: CompanyFiles, engine: Engine, rule: Authority, pair: tuple[str, str]
) -> None:
    """Two change a value in one interval, and the systems are then read in any order."""
    found = set()
    with still(ruled(acme, rule)) as (company, _):
        for order in permutations(OBJECTS):
            with engine.connect() as conn:
                tx = Tx(conn=conn, company="acme")
                ring = Ring(company=company, tx=tx, rng=Random(1))
                recs = {name: ring.make(name, 1, "+49 1") for name in OBJECTS}
                ring.rest()
                for number, name in enumerate(pair, 2):
                    ring.type(recs[name], "phone", f"+49 {number}")
                for name in order:
                    ring.look(name)
                ring.write()
                ring.rest()
                asked = bool(held.find(tx, kind="conflict"))
                found.add((asked, *(ring.says(one, "phone") for one in recs.values())))
                conn.rollback()
    assert len(found) == 1
    ((asked, *_),) = found
    assert asked is (rule == "hold")
