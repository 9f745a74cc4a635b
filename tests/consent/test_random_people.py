"""Whoever ever said no is written to by nobody, but after a recorded consent: random histories.

A share of them; with CRMBRIDGE_TEST_ALL=1 all 20,000 on the rules alone and 400 through both
emulators.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crmbridge.files import CompanyFiles
from crmbridge.flows.scene.scene import Scene
from tests.consent.emulated_world import Consenting
from tests.consent.made_world import Household, Town, faults
from tests.identity.made_world import memory, owners_of, plain, played, unheard
from tests.stages.kept import is_remade
from tests.stages.play import at_work
from tests.stages.rest import rebuilds_equal
from tests.stages.still import still

ALL = os.environ.get("CRMBRIDGE_TEST_ALL") == "1"
BATCH = 50
BATCHES = 400 if ALL else 2
EMULATED, TOGETHER = (8, 50) if ALL else (1, 8)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return memory()


@pytest.mark.parametrize("batch", range(BATCHES))
def test_whoever_said_no_is_out_in_every_record_until_a_consent_is_recorded(
    acme: CompanyFiles, engine: Engine, batch: int
) -> None:
    seeds = range(batch * BATCH, (batch + 1) * BATCH)
    with still(plain(acme)) as (company, _):
        for world in played(company, engine, seeds, deeds=10, of=(Household, Town)):
            assert faults(world) == []
            if batch % 20 == 0:
                assert is_remade(world.tx)


@pytest.mark.parametrize("batch", range(EMULATED))
def test_so_it_is_through_both_emulators(acme: CompanyFiles, tmp_path: Path, batch: int) -> None:
    with at_work(acme, tmp_path) as play:
        world = Consenting(play, range(batch * TOGETHER, (batch + 1) * TOGETHER))
        for _ in range(8):
            world.step()
        assert world.rest() == 0
        with play.company.ledger.read() as tx:
            scene = Scene.open(play.company, tx)
            for family in world.families:
                assert list(unheard(family, scene, owners_of(family, scene))) == [], family.deeds
        assert rebuilds_equal(play)
