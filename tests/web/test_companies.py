"""Which companies there are, and files that change while the pages are served."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.clock import FixedClock
from crmbridge.errors import ConfigError
from crmbridge.links import KEY_FILE, Links
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


def test_a_key_of_links_that_was_lost_or_put_back_counts_at_once(bare: Line) -> None:
    tick, place = [0.0], Path(bare.env["CRMBRIDGE_DATA_DIR"]) / "acme" / KEY_FILE
    settings = settings_of(bare).model_copy(update={"url": "https://crm.example"})
    some = Companies(settings, clock=FixedClock(NOW), tick=lambda: tick[0])

    def links() -> Links | None:
        tick[0] += LOOK + 1
        return some.get("acme").links

    first = links()
    assert first is not None
    before, key = some.get("acme"), place.read_bytes()
    assert links() is first
    place.unlink()
    (fresh,) = {links()}  # made anew by whoever looks first
    assert fresh == Links("https://crm.example", "acme", place.read_bytes())
    assert fresh != first
    place.unlink()
    place.write_bytes(key[::-1])  # as another process makes one
    place.chmod(0o600)
    other = links()
    assert other is not None
    assert other.key == key[::-1]
    place.chmod(0o644)
    assert links() is None
    assert "may be read by others" in some.get("acme").no_links
    place.chmod(0o600)
    assert links() == other
    assert some.get("acme").no_links == ""
    place.write_bytes(key)
    assert links() == first
    assert some.get("acme") is before  # its ledger is not opened anew for that
    some.close()
