"""teams.toml: what it may say, and what a person is told who got it wrong."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crmbridge.agreement import Teams
from crmbridge.errors import ConfigError
from crmbridge.flows.routing.what_if import what_if
from crmbridge.policy.sla.hours import (
    absent,
    business_days,
    calendar_of_rep,
    calendar_of_team,
    in_hours,
    zone_of,
)
from tests.stages.agreement import faults_of, findings, raw

BERLIN = ZoneInfo("Europe/Berlin")


def rep(ident="ann", **more):
    return {"id": ident, "email": f"{ident}@acme.example", "open_limit": 5} | more


def file(*reps, **team):
    rows = list(reps) or [rep()]
    return {"company": "acme", "teams": [{"id": "sales", "reps": rows} | team]}


def refused(data):
    (line,) = faults_of(Teams, data)
    return line


def acme_teams():
    return Teams.model_validate(raw("teams.toml"))


def office(**more):
    return {"calendars": {"office": {"zone": "Europe/Berlin", "hours": more}}}


def test_a_file_with_reps_and_open_limits_alone_is_enough():
    teams = Teams.model_validate(file())
    assert teams.teams[0].bar == ()
    assert teams.teams[0].max_wait_days == 14
    assert teams.reps[0].per_day is None


def test_the_worked_example_uses_what_there_is():
    teams = acme_teams()
    assert [line.below for line in teams.teams[0].bar] == ["1/2", "4/5", "1"]
    assert teams.team_of("cat").id == "dach"
    assert teams.rep("cat").pull.per_day == 2
    assert teams.skills[0].skill == "french"


def test_a_rep_in_no_team_is_named():
    line = refused({"company": "acme", "teams": [{"id": "sales"}], "reps": [rep("zoe")]})
    assert "reps in no team: zoe" in line
    assert "[[teams.reps]]" in line


def test_overlapping_hours_are_named_with_both_windows():
    line = refused(file() | office(mon=["09:00-13:00", "12:00-17:00"]))
    assert line == (
        "calendars.office: the hours 09:00-13:00 and 12:00-17:00 overlap: make one window of them"
    )


def test_two_reps_with_one_id_are_refused():
    line = refused(file(rep(), rep(email="other@acme.example")))
    assert "two reps have the id 'ann': give each its own" in line


def test_two_teams_with_one_id_are_refused():
    data = file()
    data["teams"].append({"id": "sales", "reps": [rep("bob")]})
    assert "two teams have the id 'sales': give each its own" in refused(data)


@pytest.mark.parametrize("name", ["open_limit", "per_hour", "per_day", "per_week"])
def test_a_negative_limit_is_refused_where_it_stands(name):
    line = refused(file(rep(**{name: -1})))
    assert line == f"teams #1.reps #1.{name}: it must be greater than or equal to 0"


def test_a_weight_of_zero_is_refused():
    line = refused(file(rep(weight=0)))
    assert line == (
        "teams #1.reps #1.weight: it must be greater than 0; a rep who shall get nothing has "
        "`on = false`"
    )


def test_a_calendar_that_does_not_exist_has_a_suggestion():
    line = refused(file(rep(calendar="ofice")) | office(mon=["09:00-17:00"]))
    assert "rep 'ann': no calendar 'ofice' under [calendars]; did you mean 'office'?" in line
    line = refused(file(calendar="night"))
    assert "team 'sales': no calendar 'night' under [calendars]; there are: none" in line


def test_a_holiday_calendar_that_does_not_exist_has_a_suggestion():
    data = file() | office(mon=["09:00-17:00"])
    data["calendars"]["office"]["holidays"] = "Germany"
    assert "there is no holiday calendar 'Germany'; did you mean 'DE'?" in refused(data)


def test_an_absence_that_ends_before_it_starts_is_refused():
    line = refused(file(rep(absences=[{"from": "2026-08-21", "to": "2026-08-03"}])))
    assert "an absence ends before it begins: swap from and to" in line
    assert line.startswith("teams #1.reps #1.absences #1")


@pytest.mark.parametrize(
    ("bar", "said"),
    [
        ([{"below": "1/2"}], "a bar has either min_rating or grades"),
        ([{"below": 0.5, "min_rating": "warm", "grades": ["A1"]}], "either min_rating or grades"),
        ([{"below": "3/2", "min_rating": "hot"}], "a share above 0 and at most 1"),
        ([{"below": "half", "min_rating": "hot"}], "'half' is no share: write 0.8"),
        ([{"below": 0.5, "min_rating": "tepid"}], "'tepid' is none of cold, warm, hot"),
        (
            [{"below": 0.8, "min_rating": "hot"}, {"below": 0.5, "min_rating": "warm"}],
            "the bar below 1/2 comes after the one below 4/5",
        ),
    ],
)
def test_a_bar_that_cannot_be_meant_is_explained(bar, said):
    assert said in refused(file(bar=bar))


def test_a_misspelt_key_of_a_rep_has_a_suggestion():
    assert refused(file(rep(per_dya=3))) == (
        "teams #1.reps #1.per_dya: unknown key; did you mean 'per_day'?"
    )


def test_hours_absences_and_zones_are_those_of_the_rep_then_of_the_team():
    teams = acme_teams()
    dach, world = teams.teams
    bob, eva, dev = teams.rep("bob"), teams.rep("eva"), teams.rep("dev")
    noon = datetime(2026, 8, 10, 10, tzinfo=UTC)
    assert absent(teams, dach, bob, noon, BERLIN)
    assert not absent(teams, world, dev, noon, BERLIN)
    early = datetime(2026, 3, 3, 7, 45, tzinfo=UTC)
    assert in_hours(teams, world, eva, early)
    assert not in_hours(teams, world, dev, early)
    assert zone_of(teams, world, BERLIN).key == "Europe/London"


def test_a_reps_business_time_leaves_their_absence_out():
    teams = acme_teams()
    dach = teams.teams[0]
    start, end = datetime(2026, 8, 3, tzinfo=UTC), datetime(2026, 8, 22, tzinfo=UTC)
    assert calendar_of_team(teams, dach, BERLIN).diff(start, end) > 0
    assert calendar_of_rep(teams, dach, teams.rep("bob"), BERLIN).diff(start, end) == 0


def test_who_has_no_calendar_works_on_weekdays():
    teams = Teams.model_validate(file())
    saturday = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert in_hours(teams, teams.teams[0], teams.reps[0], saturday)
    assert not calendar_of_team(teams, teams.teams[0], BERLIN).is_open(saturday)


def test_a_what_if_changes_one_number_of_one_rep_or_team():
    changed = what_if(
        acme_teams(), ["rep=cat:open_limit=15", "team=dach:per_day=none", "rep=eva:on=true"]
    )
    assert changed.rep("cat").open_limit == 15
    assert changed.teams[0].per_day is None
    assert changed.rep("eva").on
    assert changed.rep("bob") == acme_teams().rep("bob")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("cat:open_limit=15", "write it as rep=ann:open_limit=5"),
        ("rep=cat:open_limt=15", "did you mean 'open_limit'?"),
        ("rep=kat:open_limit=15", "no rep 'kat'; there are: ann, bob, cat, dev, eva"),
        ("rep=cat:open_limit=-1", "greater than or equal to 0"),
        ("rep=cat:open_limit=many", "valid integer"),
    ],
)
def test_a_what_if_that_cannot_be_meant_is_explained(change, said):
    with pytest.raises(ConfigError, match=r".") as caught:
        what_if(acme_teams(), [change])
    assert said in str(caught.value)


def test_business_days_leave_out_the_days_off_of_the_first_team():
    days = business_days(acme_teams(), BERLIN)
    thursday = datetime(2026, 4, 1, 22, tzinfo=UTC)  # Thursday 00:00 in Berlin
    # Thursday, then Good Friday, the weekend and Easter Monday are off: Tuesday 24:00
    assert days.add(thursday, 2 * 86_400) == datetime(2026, 4, 7, 22, tzinfo=UTC)
    plain = Teams.model_validate(file())
    two = business_days(plain, BERLIN).add(thursday, 2 * 86_400)
    assert two == datetime(2026, 4, 3, 22, tzinfo=UTC)


def test_no_person_is_named_in_what_is_told():
    data = raw("teams.toml")
    data["teams"][0]["reps"][1]["email"] = data["teams"][0]["reps"][0]["email"].upper()
    (line,) = faults_of(Teams, data)
    assert "reps ann, bob share an e-mail address" in line
    assert "@" not in line
    data["teams"][0]["reps"][1]["email"] = "Jane Roe"
    assert not any("Jane" in line for line in faults_of(Teams, data))


@pytest.mark.parametrize(
    ("rep", "word"),
    [({"id": "ann"}, "two reps have the id 'ann'"), ({"open_limit": -1}, "greater than or equal")],
)
def test_a_rep_who_cannot_be_is_an_error(rep, word):
    data = raw("teams.toml")
    data["teams"][1]["reps"][0] |= rep
    assert word in faults_of(Teams, data)[0]


def test_a_company_without_reps_is_an_error():
    assert "no rep" in faults_of(Teams, {"company": "acme", "teams": [{"id": "t"}]})[0]


def test_reps_are_found_by_address_whatever_its_case():
    teams = acme_teams()
    assert teams.rep_by_email(" Ann.Becker@ACME.example ").id == "ann"
    assert teams.rep_by_email("nobody@acme.example") is None
    assert (teams.rep("bob").open_limit, teams.rep("zoe")) == (20, None)


def test_teams_that_can_take_nothing_are_mentioned(agreed):
    teams = raw("teams.toml")
    for team in teams["teams"]:
        for rep in team["reps"]:
            rep["on"] = False
    ((fatal, text),) = findings(agreed, Teams.model_validate(teams))
    assert not fatal
    assert "every lead will wait" in text


def in_a_row(*ways, **more):
    """Teams a, b and c; `ways` are pairs of who hands on to whom."""
    teams = [{"id": one, "reps": [rep(f"{one}1")]} for one in ("aa", "bb", "cc")]
    for giver, to in ways:
        next(one for one in teams if one["id"] == giver)["hands_on"] = {"to": to} | more
    return {"company": "acme", "teams": teams}


def test_a_team_may_hand_on_to_one_team_or_to_several():
    teams = Teams.model_validate(in_a_row(("aa", "bb"), ("bb", ["cc"])))
    assert [one.hands_on.to if one.hands_on else () for one in teams.teams] == [
        ("bb",),
        ("cc",),
        (),
    ]
    assert teams.teams[0].hands_on.when == "qualified"
    assert teams.from_others == {"bb", "cc"}


@pytest.mark.parametrize(
    ("ways", "word"),
    [
        ([("aa", "aa")], "hands leads on to itself"),
        ([("aa", "bb"), ("bb", "aa")], "circle: aa -> bb -> aa"),
        ([("aa", "bb"), ("bb", "cc"), ("cc", "aa")], "circle: aa -> bb -> cc -> aa"),
        ([("bb", ["cc"]), ("cc", ["aa", "bb"])], "circle: bb -> cc -> bb"),
        ([("aa", "b")], "no team of this file: 'b'; did you mean 'bb'?"),
        ([("aa", ["bb", "sales"])], "no team of this file: 'sales'; there are: aa, bb, cc"),
    ],
)
def test_a_team_that_hands_on_to_nobody_or_round_is_refused(ways, word):
    assert word in refused(in_a_row(*ways))


def test_a_team_hands_on_when_it_accepted_or_qualified_a_lead():
    assert "when" in refused(in_a_row(("aa", "bb"), when="ready"))


def test_direct_is_for_a_team_that_another_hands_on_to():
    data = in_a_row(("aa", "bb"))
    data["teams"][1]["direct"] = True
    assert Teams.model_validate(data).from_others == frozenset()
    data["teams"][2]["direct"] = True
    assert "no team does" in refused(data)
