"""Whoever ever said no is written to by nobody, but after a recorded consent: random histories.

A share of them; with CRMBRIDGE_TEST_ALL=1 all 20,000.
"""

from __future__ import annotations

import os

import pytest
from sqlalchemy import Engine

from crmbridge.files import CompanyFiles
from crmbridge.store.dump import canonical_dump
from crmbridge.store.projection import rebuild
from tests.consent.made_world import Household, Town, faults
from tests.identity.made_world import memory, plain, played
from tests.stages.still import still

BATCH = 50
BATCHES = 400 if os.environ.get("CRMBRIDGE_TEST_ALL") == "1" else 2


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
                before = list(canonical_dump(world.tx))
                rebuild(world.tx)
                assert list(canonical_dump(world.tx)) == before
