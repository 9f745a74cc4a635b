"""What a person reads when a file of theirs is wrong: what it is, where it stands, what to do next.

Each case breaks one thing of the worked example and runs `crmbridge validate`, as its owner would.
"""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from crmbridge.agreement import problems
from crmbridge.agreement.definition.criteria import LeafOp
from tests.agreement.stage import (
    ADDRESS,
    AGREEMENT,
    CRITERION,
    GUESSED,
    KNOWN,
    MAPPING,
    OPEN_TO_ALL,
    PERMITTED,
    TEAMS,
    broken,
    lines_of,
)
from tests.stages.line import Desk, Line


def test_a_test_inside_a_definition_that_fails_says_what_keeps_the_lead_back(draft: Line) -> None:
    said = broken(draft, AGREEMENT, 'op = "ge", value = 35', 'op = "ge", value = 60')
    assert said.code == 1
    assert (
        "fault: agreement.toml: version 1: test 'three papers and the prices within three weeks': "
        "expected ready, but these keep it back: engaged, raised_hand"
    ) in lines_of(draft, said)


def test_an_unknown_operator_is_told_with_its_criterion_and_the_nearest_one(draft: Line) -> None:
    said = broken(draft, AGREEMENT, 'op         = "is_set"', 'op         = "is_st"')
    (line,) = lines_of(draft, said)
    assert line.startswith("agreement.toml: definition.of #2 'email'.op: 'is_st' is none of eq, ")
    assert line.endswith("did you mean 'is_set'?")
    assert said.code == 1


def test_a_weight_of_zero_of_a_rule_is_mentioned(draft: Line) -> None:
    said = broken(
        draft, AGREEMENT, "value = [50, 199],   points = 15", "value = [50, 199], points = 0"
    )
    assert (
        "look: agreement.toml: fit.groups.size #1: the rule on employees is worth 0 points: give "
        "it some, or drop it"
    ) in lines_of(draft, said)
    assert said.code == 0


def test_a_touch_that_is_worth_nothing_is_mentioned(draft: Line) -> None:
    said = broken(draft, AGREEMENT, "points = -25", "points = 0")
    (line,) = [one for one in lines_of(draft, said) if "worth 0 points" in one]
    assert line.startswith("look: agreement.toml: engagement: rule ")
    assert line.endswith(
        "(form *unsubscribe*) is worth 0 points and shows nothing else: give it points, or drop it"
    )


def test_a_reason_of_the_crm_without_a_row_is_told_with_the_nearest_row(bare: Line) -> None:
    said = broken(bare, MAPPING, '"Bad timing" = "bad_timing"', '"Bad timing" = "bad_timings"')
    assert said.code == 1
    assert lines_of(bare, said) == [
        "mapping.toml: sales status reason 'bad_timings' has no row in the recycle table of "
        "agreement.toml; did you mean 'bad_timing'?"
    ]


def test_a_reason_that_we_give_ourselves_without_a_row_is_told(draft: Line) -> None:
    said = broken(draft, AGREEMENT, "stale_untouched      = {", "x_untouched = {")
    assert said.code == 1
    assert (
        "agreement.toml: recycle.reasons: no row for 'stale_untouched', which crmbridge itself "
        "gives: add a line for it; is 'x_untouched' meant to be it?"
    ) in lines_of(draft, said)


def test_a_track_that_the_vendor_does_not_know_is_told_with_its_line(desk: Desk) -> None:
    said = broken(desk, MAPPING, '"Nurture: bad timing"', '"Nurture: bad timming"')
    assert said.code == 0
    said = desk.run("validate", "--online", "--detailed-exitcode")
    assert said.code == 2
    assert (
        "look: mapping.toml tracks.timing: HubSpot has no contact list 'Nurture: bad timming'; "
        "create it as a static list, or name the right one in the mapping"
    ) in lines_of(desk, said)


def test_a_track_that_the_mapping_does_not_know_is_told_with_the_nearest_one(draft: Line) -> None:
    said = broken(draft, AGREEMENT, 'track = "timing"', 'track = "timings"')
    assert said.code == 1
    assert lines_of(draft, said) == [
        "mapping.toml: tracks has no line for 'timings', which agreement.toml uses; did you mean "
        "'timing'?"
    ]


# R3.1: what a criterion may say
@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        ('"emial", op = "is_set" }', "unknown field 'emial'; did you mean 'email'?"),
        ('"x_mood", op = "is_set" }', "unknown field 'x_mood'; declare x_<name> facts under"),
        ('"email", op = "ge", value = 3 }', "email is text, which has no ge; it has contains, "),
        ('"country", op = "at_least", value = "DE" }', "country is text, which has no at_least"),
        ('"customer", op = "eq", value = true }', "customer is bool, which has no eq; it has "),
        ('"signals", op = "eq", value = "warm" }', "signals is list, which has no eq; it has "),
        ('"rating", op = "gt", value = "warm" }', "rating is enum, which has no gt; it has "),
        ('"engagement", op = "ge", value = "much" }', "ge on engagement takes a number"),
        ('"engagement", op = "ge", value = "30" }', "ge on engagement takes a number, such as 35"),
        ('"engagement", op = "ge", value = true }', "ge on engagement takes a number"),
        ('"engagement", op = "ge" }', "ge on engagement takes a number"),
        (
            '"employees", op = "between", value = [200, 50] }',
            "between on employees takes the lower value first, else nothing lies between",
        ),
        (
            '"hand_raise_at", op = "between", value = [2026-03-01, 2026-02-01] }',
            "between on hand_raise_at takes the lower value first",
        ),
        ('"country", op = "in", value = "DE" }', "in on country takes a list of values"),
        ('"country", op = "in", value = [] }', "in on country takes a list of values"),
        ('"country", op = "in", value = [49] }', "in on country takes text in its list"),
        ('"country", op = "eq", value = 49 }', "eq on country takes text"),
        ('"rating", op = "at_least", value = "tepid" }', "takes one of cold, warm, hot"),
        ('"email", op = "is_set", value = true }', "is_set on email takes no value"),
        ('"hand_raise_at", op = "after", value = "soon" }', "takes a date or time"),
        ('"hand_raise_at", op = "within_last", value = 7 }', "such as { days = 7 }"),
        ('"hand_raise_at", op = "within_last", value = { days = -7 } }', "such as { days = 7 }"),
        ('"hand_raise_at", op = "older_than", value = { weeks = 1 } }', "such as { days = 7 }"),
        ('"touches", op = "count_ge", value = { count = 0 } }', "takes a count such as"),
        ('"signals", op = "size_ge", value = -1 }', "size_ge on signals takes a number"),
        ('"x_budget", op = "ge", value = 5000 }', 'such as { amount = 5000, currency = "EUR" }'),
        ('"x_budget", op = "ge", value = { amount = 5000 } }', "takes an amount such as"),
        (
            '"x_budget", op = "ge", value = { amount = 5, currency = "eur" } }',
            'such as { amount = 5000, currency = "EUR" }',
        ),
    ],
)
def test_a_criterion_that_cannot_be_meant_is_refused_at_load(
    draft: Line, criterion: str, words: str
) -> None:
    broken(draft, AGREEMENT, "[fields]\n", '[fields]\nx_budget = "money"\n')
    said = broken(draft, AGREEMENT, OPEN_TO_ALL, f"{OPEN_TO_ALL}{CRITERION}{criterion},\n")
    (line,) = lines_of(draft, said)
    assert line.startswith("agreement.toml: criterion 'more': ")
    assert words in line
    assert said.code == 1


def test_money_without_a_rate_is_mentioned(draft: Line) -> None:
    broken(draft, AGREEMENT, "[fields]\n", '[fields]\nx_budget = "money"\n')
    rich = '"x_budget", op = "ge", value = { amount = 5000, currency = "USD" } },\n'
    said = broken(draft, AGREEMENT, OPEN_TO_ALL, f"{OPEN_TO_ALL}{CRITERION}{rich}")
    assert (
        "look: agreement.toml: criterion 'more': no line under [[rates]] for USD, so that no "
        "amount in EUR can be compared with it: add one"
    ) in lines_of(draft, said)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'op = "any"\nof',
            'op = "anny"\nof',
            "definition.of #5.op: 'anny' is none of all, any, none, at_least; did you mean 'any'?",
        ),
        (
            'op = "any"\nof',
            'op = "at_least"\nk = 3\nof',
            "definition.of #5: at_least needs k from 1 to 2, the number of criteria",
        ),
        (
            'op = "any"\nof',
            'op = "any"\nk = 1\nof',
            "definition.of #5: k belongs to at_least only: take it away",
        ),
        (
            'id         = "email"\n',
            'id         = "permission"\n',
            "the file: two criteria of the definition have the id 'permission'",
        ),
        (
            'id         = "email"\n',
            'id         = "email"\nfixd = true\n',
            "definition.of #2 'email'.fixd: unknown key; did you mean 'fixed'?",
        ),
        (
            'x_seniority = ["student", "staff", ',
            'x_seniority = ["student", "student", ',
            "fields: x_seniority: a scale has two or more values, each once, lowest first",
        ),
        (
            "version        = 1",
            'version        = "1"',
            "version: it must be a valid integer; write a whole number, without quotes",
        ),
        (
            "effective_from = 2026-01-01",
            'effective_from = "1 July"',
            "effective_from: it must be a valid date or datetime, input is too short; "
            "write a day as 2026-07-01, without quotes",
        ),
        (
            'bad_timing           = { class = "returns", ',
            "bad_timing           = { ",
            "recycle.reasons.bad_timing: class is missing: write returns (comes back), fix_data "
            "(somebody repairs, then straight on) or out (does not come back)",
        ),
        (
            'bad_timing           = { class = "returns"',
            'bad_timing           = { class = "back"',
            "recycle.reasons.bad_timing.class: 'back' is none of returns, fix_data, out",
        ),
        (
            'track = "timing", cool_off_days = 90, ',
            "",
            "recycle.reasons.bad_timing: a reason of class returns needs track and cool_off_days",
        ),
    ],
)
def test_a_shape_that_cannot_be_is_refused_where_it_stands(
    draft: Line, before: str, after: str, message: str
) -> None:
    said = broken(draft, AGREEMENT, before, after)
    assert lines_of(draft, said) == [f"agreement.toml: {message}"]
    assert said.code == 1


# R3.4: the gates of every definition
@pytest.mark.parametrize(
    ("before", "after", "what", "field"),
    [
        (f"{PERMITTED}is_false", f"{PERMITTED}is_true", "permission", "opted_out"),
        (f"{PERMITTED}{KNOWN}", f"{PERMITTED}{GUESSED}", "permission", "opted_out"),
        (f"{ADDRESS}is_set", f"{ADDRESS}is_missing", "a reachable address", "email"),
        (
            '"internal",     op = "is_true"',
            '"internal", op = "is_false"',
            "no person of our own",
            "internal",
        ),
        (
            '"open_deal",    op = "is_true"',
            '"customer", op = "is_true"',
            "no open opportunity",
            "open_deal",
        ),
    ],
)
def test_a_definition_without_a_hard_gate_is_refused_with_what_to_add(
    draft: Line, before: str, after: str, what: str, field: str
) -> None:
    said = broken(draft, AGREEMENT, before, after)
    assert said.code == 1
    assert (
        f"agreement.toml: definition: nothing at its top demands {what}; add a criterion on "
        f"{field!r} directly under the outer `all`"
    ) in lines_of(draft, said)


# R3.7: examples
@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'failing = ["student", ',
            'failing = ["studnt", ',
            "agreement.toml: test 'a student with a workshop of three people': failing names no "
            "criterion: 'studnt'; did you mean 'student'?",
        ),
        (
            "facts   = { opted_out = true }",
            "facts   = { opted_uot = true }",
            "agreement.toml: test 'may not be written to': unknown field 'opted_uot'; did you mean "
            "'opted_out'?",
        ),
        (
            'name    = "has no address"',
            'name    = "may not be written to"',
            "agreement.toml: two examples under [[test]] have the name 'may not be written to'",
        ),
    ],
)
def test_an_example_that_cannot_be_meant_is_refused(
    draft: Line, before: str, after: str, message: str
) -> None:
    said = broken(draft, AGREEMENT, before, after)
    assert message in lines_of(draft, said)
    assert said.code == 1


def test_a_criterion_that_no_example_tries_is_mentioned(draft: Line) -> None:
    more = f'{CRITERION}"website", op = "is_set", if_missing = "fail" }},\n'
    said = broken(draft, AGREEMENT, OPEN_TO_ALL, f"{OPEN_TO_ALL}{more}")
    assert (
        "look: agreement.toml: criterion 'more': no example under [[test]] passes it"
    ) in lines_of(draft, said)


# R2.5, R5.1, R5.3 and the teams: what somebody should look at
@pytest.mark.parametrize(
    ("file", "before", "after", "message", "code"),
    [
        (
            AGREEMENT,
            'asks   = ["email", "first_name", "last_name"]',
            'asks   = ["email", "phone", "title"]',
            "look: agreement.toml: content 'Case study' is for the stage interest, and its form "
            "asks for phone, title: before evaluation ask for a name, an e-mail address and topics "
            "only",
            0,
        ),
        (
            AGREEMENT,
            '{ marketing = "Sven Aalto", sales',
            '{ marketing = "Someone", sales',
            "look: agreement.toml: content 'Case study': who approved it for marketing is not "
            "among owners.marketing",
            0,
        ),
        (
            AGREEMENT,
            "cool_off_days = 90, bar = 20, max_loops = 3",
            "cool_off_days = 90, bar = 20, max_loops = 0",
            "look: agreement.toml: recycle.reasons.bad_timing: max_loops is 0, so the first return "
            "is one too many and only a person sends the lead again: set max_loops, or make it "
            "class out",
            0,
        ),
        (
            TEAMS,
            "takes    = { country",
            "takes    = { contry",
            "teams.toml: team 'dach': takes: unknown fact 'contry'; did you mean 'country'?",
            1,
        ),
        (
            TEAMS,
            'field  = "country"',
            'field  = "contry"',
            "teams.toml: skills #1: unknown fact 'contry'; did you mean 'country'?",
            1,
        ),
        (
            TEAMS,
            'field  = "country"',
            'field  = "x_land"',
            "look: teams.toml: skills #1: unknown fact 'x_land'; docs/agreement.md lists them; "
            "your own are declared under [fields] of version 1",
            0,
        ),
        (
            TEAMS,
            'skill  = "french"',
            'skill  = "frensh"',
            "look: teams.toml: no rep has the skill 'frensh', so leads that need it will wait; did "
            "you mean 'french'?",
            0,
        ),
        (
            TEAMS,
            '[[teams]]\nid            = "international"',
            '[[teams]]\nid = "void"\n\n[[teams]]\nid            = "international"',
            "look: teams.toml: team 'void' has no rep, so its leads will wait: add one as "
            "[[teams.reps]] below it, or take the team away",
            0,
        ),
    ],
)
def test_what_is_doubtful_is_told_with_what_to_do(
    draft: Line, file: str, before: str, after: str, message: str, code: int
) -> None:
    said = broken(draft, file, before, after)
    assert message in lines_of(draft, said)
    assert said.code == code


def test_a_definition_nested_beyond_reason_is_refused_and_no_crash(draft: Line) -> None:
    deep = (
        '{ op = "all", of = [' * 150 + '{ id = "z", field = "email", op = "is_set" }' + "] }" * 150
    )
    said = broken(draft, AGREEMENT, OPEN_TO_ALL, f"{OPEN_TO_ALL}  {deep},\n")
    assert said.code == 1
    assert lines_of(draft, said)
    assert not any("unexpected" in one for one in lines_of(draft, said))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((">=", "ge"), ("gte", "ge"), ("=>", "ge"), ("greater than or equal", "ge")),
        *(("<=", "le"), ("lte", "le"), (">", "gt"), ("above", "gt"), ("<", "lt"), ("below", "lt")),
        *(("=", "eq"), ("==", "eq"), ("equals", "eq"), ("!=", "ne"), ("neq", "ne")),
    ],
)
def test_the_word_of_another_tool_for_a_comparison_is_understood(written: str, meant: str) -> None:
    class Asks(BaseModel):
        op: LeafOp

    with pytest.raises(ValidationError) as caught:
        Asks.model_validate({"op": written})
    (said,) = problems(caught.value, {"op": written})
    assert said.endswith(f"did you mean {meant!r}?")
