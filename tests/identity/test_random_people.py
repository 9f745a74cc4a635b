"""Random histories of people with many addresses and records: all come to rest, none is lost.

A share of them; with CRMBRIDGE_TEST_ALL=1 all 100,000 on the rules alone and 2,000 through both
emulators.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crmbridge.files import CompanyFiles
from tests.identity.emulated_world import Emulated
from tests.identity.made_world import faults, faults_of, memory, plain, played
from tests.stages.kept import is_remade
from tests.stages.play import at_work
from tests.stages.rest import rebuilds_equal
from tests.stages.still import still

ALL = os.environ.get("CRMBRIDGE_TEST_ALL") == "1"
BATCH = 50
BATCHES = 2_000 if ALL else 2
EMULATED, TOGETHER = (40, 50) if ALL else (1, 8)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return memory()


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_history_comes_to_rest_and_no_opt_out_is_unheard(
    acme: CompanyFiles, engine: Engine, batch: int
) -> None:
    seeds = range(batch * BATCH, (batch + 1) * BATCH)
    with still(plain(acme)) as (company, _):
        for world in played(company, engine, seeds, deeds=8):
            assert faults(world) == []
            if batch % 20 == 0:
                assert is_remade(world.tx)


@pytest.mark.parametrize("batch", range(EMULATED))
def test_so_it_is_through_both_emulators(acme: CompanyFiles, tmp_path: Path, batch: int) -> None:
    with at_work(acme, tmp_path) as play:
        world = Emulated(play, range(batch * TOGETHER, (batch + 1) * TOGETHER))
        for _ in range(7):
            world.step()
        written = world.rest()
        assert written == 0
        with play.company.ledger.read() as tx:
            assert faults_of(play.company, tx, world.families) == []
        assert rebuilds_equal(play)
