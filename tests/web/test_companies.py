"""Which companies there are, and files that change while the pages are served."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.clock import FixedClock
from crmbridge.errors import ConfigError
from crmbridge.web.board.companies import LOOK, Companies, stamp_of
from tests.revenue.small_world import NOW
from tests.stages.line import Line
from tests.web.site import happening, settings_of


def opened(line: Line, tick: list[float], *names: str) -> Companies:
    return Companies(settings_of(line), names, clock=FixedClock(NOW), tick=lambda: tick[0])


def test_a_changed_file_counts_and_a_wrong_one_is_told_while_the_old_one_holds(bare: Line) -> None:
    tick = [0.0]
    some = opened(bare, tick)
    before = some.get("acme")
    path = Path(bare.env["CRMBRIDGE_CONFIG"]) / "acme" / "teams.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("open_limit = 25", "open_limit = 26"), encoding="utf-8")
    assert some.get("acme") is before
    tick[0] += LOOK + 1
    after = some.get("acme")
    rep = after.teams.rep("ann")
    assert rep is not None
    assert rep.open_limit == 26
    path.write_text(text + "\nnonsense = [", encoding="utf-8")
    tick[0] += LOOK + 1
    assert some.get("acme") is after
    assert "teams.toml" in some.fault_of("acme")
    path.write_text(text, encoding="utf-8")
    tick[0] += LOOK + 1
    assert some.get("acme") is not after
    assert some.fault_of("acme") == ""
    some.close()


def test_only_the_chosen_companies_are_shown(bare: Line) -> None:
    some = opened(bare, [0.0], "other")
    assert some.names() == []
    with pytest.raises(ConfigError):
        some.get("acme")
    some.close()


def test_figures_follow_from_entries(bare: Line) -> None:
    some = opened(bare, [0.0])
    before = stamp_of(some.get("acme"))
    assert stamp_of(some.get("acme")) == before
    with happening(bare) as world:
        world.person("ann", "01-10")
    assert stamp_of(some.get("acme")) != before
    some.close()
