"""The demo's first plan is what its apply writes, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.flows.operate.plan import apply, plan, read, save
from crmbridge.flows.operate.turn import turn
from crmbridge.testing.demo.company import NAME, ledger_url, open_here, write_files
from crmbridge.testing.demo.diary import START
from crmbridge.testing.demo.script import Script
from crmbridge.testing.pair import Pair
from crmbridge.testing.sandbox import sandbox
from tests.stages.pairs import PAIRS, named
from tests.stages.planned import compared

DAYS, SEED = 40, 7


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_the_demos_first_plan_says_each_field_that_its_apply_writes(
    pair: Pair, tmp_path: Path
) -> None:
    files = write_files(tmp_path / "config", pair)
    with sandbox(files.mapping, files.teams, at=START) as box:
        Script(box, DAYS, SEED).prepare()
        company = open_here(files, ledger_url(tmp_path / "data"), box.environment(NAME))
        try:
            assert turn(company).errors == {}
            save(plan(company), tmp_path / "plan.json")
            box.marketing.empty_audit()
            box.sales.empty_audit()
            saved = read(tmp_path / "plan.json")
            assert apply(company, saved).errors == {}
            found = compared(company, box, saved)
            found.must_be_one()
            assert set(found.ended) == {"done"}
            assert found.lines > 500
            assert len(saved["writes"]) > 50
        finally:
            company.close()
