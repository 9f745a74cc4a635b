"""Fitted models through the ledger: what a fit posts, what a refit corrects, and too few deals."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from crmbridge.clock import FixedClock
from crmbridge.files import load
from crmbridge.flows.revenue.train import fits_of, keep, train
from crmbridge.model.payload import Posted
from crmbridge.policy.revenue.fitted.fit import Fit, NotEnough
from crmbridge.report.credit.attribution import attribution_report
from crmbridge.store.book_rows import CreditRow
from tests.revenue.small_world import NOW, Small, amounts, eur, must_add_up, small, total
from tests.stages.kept import is_rebuilt, kept, rows
from tests.stages.line import Line
from tests.stages.still import company_over

FEW = {"min_won": 3, "min_closed": 6, "min_journeys": 1}
MARKOV = {"models": ("first", "linear", "w_shaped", "markov"), **FEW}


def closed(
    world: Small, first: int, wins: int, losses: int, *channels: str, on: str = "03-10"
) -> None:
    """Deals of 100.00, each of one person who touched these channels."""
    for n in range(first, first + wins + losses):
        name = f"p{n}"
        world.person(name, "01-05")
        for day, channel in enumerate(channels, 10):
            world.touch(name, f"01-{day}", channel)
        won = {"won": on} if n < first + wins else {"lost": on}
        world.deal(f"D{n}", eur(100), name, **won)


def fit(world: Small) -> Fit:
    found = train(world.company, None, None)["markov"]
    assert isinstance(found, Fit)
    keep(world.company, [("markov", found)])
    return found


def credit(world: Small) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in rows(world.company, CreditRow):
        if (row.model, row.measure) == ("markov", "revenue"):
            found[row.channel] += row.minor
    return {name: n for name, n in found.items() if n}


def causes(world: Small) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for one in kept(world.company, Posted):
        if one.measure == "revenue":
            found[one.cause] += 1
    return dict(found)


def test_a_fit_posts_credit_that_adds_up_and_a_refit_corrects_it() -> None:
    """Email alone wins 4 of 4; webinar alone 0 of 4; both 2 of 2, so that all credit is email's.

    Later webinar alone wins too, and gets a part of the deals that both were on.
    """
    with small(**MARKOV) as world:
        closed(world, 0, 4, 0, "email")
        closed(world, 10, 0, 4, "webinar")
        closed(world, 20, 2, 0, "webinar", "email")
        world.post()
        assert credit(world) == {}
        assert causes(world) == {"won": 6}
        found = fit(world)
        assert float(found.shares["email"]) == 0.75
        world.post()
        assert world.post() == 0
        must_add_up(world)
        # of removal effects 1 and 1/3: email has 3/4 of each deal that both are on
        assert credit(world) == {"email": 40_000 + 15_000, "webinar": 5_000}
        assert causes(world) == {"won": 6, "model_refit": 6}
        march = world.ask(attribution_report, "2025-03", "2025-03")
        world.clock.advance(timedelta(days=31))
        closed(world, 30, 6, 0, "webinar", on="2026-07-20")
        world.post()
        assert credit(world) == {"email": 55_000, "webinar": 5_000 + 60_000}
        fit(world)
        world.post()
        must_add_up(world)
        assert sum(credit(world).values()) == 120_000
        assert credit(world)["webinar"] > 65_000
        # only the two deals that both are on have credit by it that moved
        assert causes(world) == {"won": 12, "model_refit": 8}
        again = world.ask(attribution_report, "2025-03", "2025-03")
        whole = world.ask(attribution_report)
        assert is_rebuilt(world.company)
    books = [amounts(one, "revenue", "name", "books") for one in (march, again)]
    assert books[0] == books[1]
    assert total(whole, "revenue", "markov") == 1200


def test_the_same_fit_again_posts_nothing() -> None:
    with small(**MARKOV) as world:
        closed(world, 0, 4, 4, "email", "webinar")
        fit(world)
        world.post()
        before = rows(world.company, CreditRow)
        fit(world)
        world.post()
        assert rows(world.company, CreditRow) == before
        with world.company.ledger.read() as tx:
            assert len(fits_of(tx)) == 1


def test_too_few_deals_are_no_fit_and_say_the_numbers() -> None:
    with small(models=("first", "linear", "w_shaped", "markov")) as world:
        closed(world, 0, 2, 1, "email")
        found = train(world.company, None, None)["markov"]
        assert isinstance(found, NotEnough)
        assert "2 of 300 won and 3 of 1000 closed" in str(found)


def agreed_to_fit(line: Line, **least: int) -> None:
    """The models of the file have one that is fitted."""
    line.edit("agreement.toml", '"time_decay", "handover"]', '"time_decay", "handover", "markov"]')
    lines = "\n".join(f"{name} = {n}" for name, n in least.items())
    line.edit(
        "agreement.toml", "lookback_days        = 365", f"{lines}\nlookback_days        = 365"
    )


def told(line: Line, wins: int, losses: int) -> None:
    files = load(Path(line.env["CRMBRIDGE_CONFIG"]), "acme")
    with line.ledger() as ledger:
        clock = FixedClock(NOW)
        world = Small(company_over(ledger, clock, files), clock)
        closed(world, 0, wins, losses, "email", "webinar")
        world.post()


def test_too_few_deals_on_the_command_line_are_no_failure(draft: Line) -> None:
    agreed_to_fit(draft)
    told(draft, 2, 1)
    said = draft.ok("attribution", "fit")
    assert "2 of 300 won and 3 of 1000 closed" in " ".join(said.out.split())
    assert "credited anew" not in said.out
    found: Any = draft.json("attribution", "fit")["markov"]
    assert (found["won"], found["closed"]) == (2, 3)
    assert draft.json("attribution", "show") == {}
    assert "No model was fitted yet" in draft.ok("attribution", "show").out


def test_a_fit_on_the_command_line_is_kept_and_a_dry_run_is_not(draft: Line) -> None:
    agreed_to_fit(draft, **FEW)
    told(draft, 4, 4)
    assert "email" in draft.ok("attribution", "fit", "--dry-run").out
    assert draft.json("attribution", "show") == {}
    said = draft.ok("attribution", "fit")
    assert "Every deal is credited anew" in said.out
    assert draft.json("attribution", "show")["markov"]["version"].startswith("markov_1:")


def test_an_agreement_without_a_fitted_model_says_what_to_add(bare: Line) -> None:
    said = bare.run("attribution", "fit")
    assert (said.code, said.out) == (1, "")
    assert "names no model that is fitted" in said.err
