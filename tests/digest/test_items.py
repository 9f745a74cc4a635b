"""What there is to say of a week, over small worlds that were worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crmbridge.agreement.routing.digests import Digest
from crmbridge.company import Company
from crmbridge.model import payload
from crmbridge.model.payload import DigestItem, DigestSent
from crmbridge.policy.digest.choose import Kind
from crmbridge.policy.digest.week import named
from crmbridge.report.digest.gather import HEARS, gather, heard_by
from crmbridge.report.digest.item import Item
from crmbridge.report.digest.meeting import changed, has_it
from crmbridge.store import alarms, digests, held
from tests.revenue.small_world import Small, eur, small
from tests.revenue.test_reports_of_quality import crowd
from tests.stages.worked import World, day, worked


def items(company: Company, week: str, now: datetime | None = None) -> dict[str, Item]:
    at = named(week, company.zone)
    with company.ledger.read() as tx:
        found = gather(tx, company, at, now or company.now())
    assert len({one.key for one in found}) == len(found)
    return {one.key: one for one in found}


def breached(world: World, lead: str, at: datetime, rep: str = "ann") -> None:
    due = at - timedelta(seconds=1)
    said = {"cycle": 1, "due": due, "limit_seconds": 3600, "rep": rep, "rating": "hot"}
    world.tell(lead, at, payload.SlaBreached(clock="first_touch", **said))


def test_clocks_are_counted_on_the_day_on_which_they_ran_out_or_were_stopped() -> None:
    with worked(day(16)) as world:  # a Wednesday of 2026-W04
        for n in range(4):
            world.give(f"x{n}", day(8), rep="ann")
            world.accept(f"x{n}", day(8.1))
        world.give("late", day(8), rep="ann")
        breached(world, "late", day(9))
        world.give("older", day(1), rep="bob")
        breached(world, "older", day(2), rep="bob")
        found = items(world.company, "2026-W03")
    team = found["sla:dach"]
    # each of four was touched and answered in time; of the one that is late the answer still runs
    assert (team.value, team.number) == (1, "1 of 9 clocks ran out")
    assert team.before == "1 of 1"
    assert team.verdict == "too few to compare"
    assert found["sla:rep:ann"].value == 1
    assert (found["sla:rep:bob"].value, found["sla:rep:bob"].last) == (0, 1)


def test_more_than_chance_explains_is_said_where_there_are_enough() -> None:
    with worked(day(16)) as world:
        for n in range(30):
            world.give(f"a{n}", day(1), rep="ann")
            world.accept(f"a{n}", day(1.1))
            world.give(f"b{n}", day(8), rep="ann")
            breached(world, f"b{n}", day(9))
        one = items(world.company, "2026-W03")["sla:dach"]
    assert (one.value, one.last) == (30, 0)
    assert one.verdict == "more than the week before, by more than chance explains"


def test_what_is_over_since_before_the_week_is_said_until_it_is_answered() -> None:
    with worked(day(15)) as world:  # Tuesday of 2026-W04
        world.give("old", day(1), rep="eva")
        breached(world, "old", day(2), rep="eva")
        with world.company.ledger.write("test") as tx:
            held.put(
                tx, "sla_breach", lead="old", op="x", advice="", detail={"rep": "eva"}, at=day(2)
            )
        one = items(world.company, "2026-W03")["sla:rest"]
    assert one.value == 1
    assert one.number.endswith("1 is over still")
    assert one.action.startswith("Touch the leads that are over")


def test_a_source_is_named_only_where_it_is_worse_by_more_than_chance() -> None:
    with small() as world:
        crowd(world, "WEBINAR", taken=30, refused=5, wins=12, losses=18)
        crowd(world, "LISTS", taken=5, refused=30, wins=0, losses=5)
        crowd(world, "FAIR", taken=3, refused=6, wins=0)
        world.post()
        found = items(world.company, "2025-W11")
    worse = [one for one in found.values() if one.kind is Kind.SOURCE_WORSE]
    assert [one.key for one in worse] == ["src:LISTS"]
    (one,) = worse
    assert (one.value, one.number) == (30, "5 of 35 leads accepted in 13 weeks")
    assert one.verdict == (
        "worse than the rest in acceptance and in wins, by more than chance explains"
    )
    assert one.action.startswith("Stop it")
    assert one.sentence("https://x/sources").endswith(": https://x/sources")


def test_a_source_that_is_worse_in_acceptance_alone_is_looked_at_and_not_stopped() -> None:
    with small() as world:
        crowd(world, "WEBINAR", taken=30, refused=5, wins=10, losses=20)
        crowd(world, "LISTS", taken=24, refused=30, wins=20, losses=4)
        world.post()
        one = items(world.company, "2025-W11")["src:LISTS"]
    assert one.verdict == "worse than the rest in acceptance, by more than chance explains"
    assert "stop" not in one.sentence().casefold()
    assert one.action == "Look at it"


def test_a_definition_that_makes_more_misfits_ready_is_named_with_the_version_before() -> None:
    with worked(day(16)) as world:
        for n in range(60):
            version = "v1:aaaa" if n < 30 else "v2:bbbb"
            world.give(f"x{n}", day(1 if n < 30 else 8), definition=version)
            if n in range(3) or n in range(30, 50):
                world.back(f"x{n}", day(9), "no_fit")
            else:
                world.accept(f"x{n}", day(9))
        one = items(world.company, "2026-W03")["drift:v2"]
    assert one.number == "sales rejected 20 of 30 leads as not ready"
    assert one.agreed == "3 of 30 under the version before"


def test_a_target_that_marketing_is_below_says_what_is_missing_and_how_sure_that_is() -> None:
    target = {"measure": "revenue", "share": "0.5", "from": "2025-01-01", "to": "2025-12-31"}
    with small(targets=[target]) as world:
        for n in range(3):
            world.person(f"p{n}")
        world.handed("p0", "02-01")
        world.deal("A", eur(100), "p0", won="03-10")
        world.deal("B", eur(300), "p1", won="03-11")
        world.post()
        (one,) = (
            one for one in items(world.company, "2025-W11").values() if one.kind is Kind.TARGET_GAP
        )
        after = items(world.company, "2026-W11")
    assert one.value == 25
    assert one.number == "25.0 % since 2025-01-01"
    assert one.agreed == "50 % by 2025-12-31"
    assert "nobody can tell yet" in one.verdict
    assert not [one for one in after.values() if one.kind is Kind.TARGET_GAP]


def test_what_the_books_take_back_later_is_a_correction_of_its_month() -> None:
    with small() as world:
        world.person("p")
        world.handed("p", "02-01")
        world.deal("A", eur(100), "p", won="03-10")
        world.post()
        assert not [one for one in items(world.company, "2026-W27") if one.startswith("corr:")]
        world.deal("A", eur(80), "p", won="03-10")
        world.post()
        world.clock.advance(timedelta(days=7))
        found = items(world.company, "2026-W27")
        again = items(world.company, "2026-W28")
    one = found["corr:2025-03"]
    assert (one.value, one.kind) == (1, Kind.CORRECTION)
    assert "1 deal came late or was corrected, -20.00 EUR of revenue" in one.number
    assert not [one for one in again if one.startswith("corr:")]


def test_content_that_most_people_read_is_named_by_its_title() -> None:
    with small() as world:
        for n in range(4):
            world.person(f"p{n}")
            world.touch(f"p{n}", "03-11", asset="/case-study/x")
            world.touch(f"p{n}", "03-12", asset="/case-study/x")
        world.touch("p0", "03-04", asset="/case-study/x")
        world.touch("p0", "03-12", asset="/not-in-the-catalogue")
        found = items(world.company, "2025-W11")
    (one,) = (one for one in found.values() if one.kind is Kind.CONTENT_TOP)
    assert (one.value, one.last) == (4, 1)
    assert one.number == "reached 4 people"


def test_held_work_and_what_is_paused_are_said_of_the_newest_week_alone() -> None:
    with worked(day(16)) as world:
        company = world.company
        with company.ledger.write("test") as tx:
            for kind in ("refused", "conflict", "conflict"):
                about = str(len(held.find(tx)))
                held.put(tx, kind, op=about, advice="", detail={}, at=day(9))
        state = {"state": "paused", "since": "2026-01-14T09:00:00Z", "why": "x", "message": "m"}
        alarms.tell(company.ledger, {"sales": state, "marketing": state | {"state": "away"}})
        found = items(company, "2026-W03")
        older = items(company, "2026-W02")
    assert found["sync:dead_letter"].value == 1
    assert found["sync:held"].value == 2
    assert found["sync:paused:sales"].number == "paused since 2026-01-14"
    assert "sync:paused:marketing" not in found
    assert not [one for one in older if one.startswith("sync:")]


def test_the_number_of_the_week_before_is_what_its_digests_had() -> None:
    with worked(day(16)) as world:
        company = world.company
        person = Digest(person="ann", audience="sales", channel="file")  # type: ignore[arg-type]
        company.teams = company.teams.model_copy(update={"digest": (person,)})
        with company.ledger.write("test") as tx:
            held.put(tx, "conflict", op="x", advice="", detail={}, at=day(9))
        item = DigestItem(key="sync:held", kind="sync_health", value=3, said=True)
        sent = DigestSent(who="ann", audience="sales", week="2026-W02", items=(item,))
        from crmbridge.flows.scene.scene import Scene

        with company.ledger.write("test") as tx:
            scene = Scene.open(company, tx)
            scene.decided(sent, "", digests.key("ann", "2026-W02"))
            scene.work.flush()
        one = items(company, "2026-W03")["sync:held"]
    assert (one.before, one.last, one.verdict) == ("3", 3, "fewer than the week before")
    assert changed(one) == "down by 2"


def item(key: str, kind: Kind, **more: str) -> Item:
    words = ("about", "number", "before", "agreed", "verdict", "action", "page", "command")
    given = dict.fromkeys(words, "x") | {"whose": "team"} | more
    return Item(key=key, kind=kind, value=1, **given)  # type: ignore[arg-type]


def test_who_hears_what() -> None:
    all_ = [
        item("sla:dach", Kind.SLA_BREACH, team="dach"),
        item("sla:rep:ann", Kind.SLA_BREACH, team="dach", rep="ann"),
        item("sla:rep:eva", Kind.SLA_BREACH, team="rest", rep="eva"),
        item("hot:dach", Kind.HOT_WAITING, team="dach"),
        item("hot:rest", Kind.HOT_WAITING, team="rest"),
        *(item(kind.value, kind, whose="marketing") for kind in Kind if kind not in HEARS["rep"]),
    ]
    with worked(day(16)) as world:

        def heard(person: str, audience: str, team: str = "") -> set[str]:
            given = {"person": person, "audience": audience, "channel": "file", "team": team}
            return {one.key for one in heard_by(Digest.model_validate(given), all_, world.company)}

        assert heard("ann", "rep") == {"sla:rep:ann", "hot:dach"}
        assert heard("m@acme.example", "leadership") == {"target_gap", "correction"}
        assert heard("m@acme.example", "sales", "rest") == {
            *("hot:rest", "definition_drift", "target_gap", "sync_health", "correction")
        }
        assert {"sla:dach"} <= heard("m@acme.example", "sales")
        mine = heard("m@acme.example", "marketing")
        assert {"source_worse", "content_top", "hot:dach", "hot:rest"} <= mine
        assert not {"sla:dach", "sla:rep:ann"} & mine


def test_each_item_has_a_name_against_it() -> None:
    with worked(day(16)) as world:
        company = world.company
        assert has_it(company, item("a", Kind.SLA_BREACH, team="dach")).startswith("(nobody named)")
        team = company.teams.teams[0].model_copy(update={"manager": "mia@acme.example"})
        company.teams = company.teams.model_copy(update={"teams": (team,)})
        assert has_it(company, item("a", Kind.SLA_BREACH, team="dach")) == "mia@acme.example"
        told = {"person": "Mia@acme.example", "name": "Mia Roth"}
        sent = Digest.model_validate(told | {"audience": "sales", "channel": "file"})
        company.teams = company.teams.model_copy(update={"digest": (sent,)})
        assert has_it(company, item("a", Kind.SLA_BREACH, team="dach")) == "Mia Roth"
        owners = has_it(company, item("a", Kind.SOURCE_WORSE, whose="marketing"))
        assert owners == "Dana Ortiz, Sven Aalto"
        assert has_it(company, item("a", Kind.SYNC_HEALTH, whose="operators")) == "the operators"


def test_a_quiet_world_has_nothing_to_say() -> None:
    with worked(datetime(2026, 3, 4, 9, tzinfo=UTC)) as world:
        assert items(world.company, "2026-W09") == {}
    with small() as quiet:
        assert isinstance(quiet, Small)
        assert items(quiet.company, "2026-W26") == {}
