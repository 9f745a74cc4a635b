"""What an agreement may say of scores, content and examples, and what a person is told."""

import tomllib

import pytest
from pydantic import ValidationError

from crmbridge.agreement import Agreement, Teams, problems
from crmbridge.agreement.lint.whole import lint
from crmbridge.policy.qualify.examples import faults, try_all, uncovered
from crmbridge.report.agreement.diff import changes
from crmbridge.report.agreement.page import page
from tests.stages.places import ACME


@pytest.fixture
def data():
    return tomllib.loads((ACME / "agreement.toml").read_text(encoding="utf-8"))


def found(data):
    teams = Teams.model_validate(tomllib.loads((ACME / "teams.toml").read_text("utf-8")))
    return [(one.fatal, one.text) for one in lint(Agreement.model_validate(data), teams)]


def told(data):
    with pytest.raises(ValidationError) as caught:
        Agreement.model_validate(data)
    return problems(caught.value)


def leaf(data, ident):
    for part in data["definition"]["of"]:
        for one in part.get("of", [part]):
            if one.get("id") == ident:
                return one
    raise LookupError(ident)


def test_every_example_of_acme_comes_out_and_every_criterion_is_tried(data):
    agreement = Agreement.model_validate(data)
    assert [one.why for one in try_all(agreement)] == [""] * len(agreement.tests)
    assert uncovered(agreement) == []
    assert len(agreement.tests) == 11


def test_an_example_that_comes_out_otherwise_is_a_fault_with_its_criteria(data):
    leaf(data, "engaged")["value"] = 50
    texts = [one.text for one in faults(Agreement.model_validate(data))]
    assert len(texts) == 1
    assert "three papers" in texts[0]
    assert "these keep it back: engaged, raised_hand" in texts[0]


def test_an_example_that_fails_by_something_else_is_a_fault(data):
    data["test"][4]["failing"] = ["engaged"]
    (fault,) = faults(Agreement.model_validate(data))
    assert "it fails by engaged, raised_hand" in fault.text


def test_a_criterion_without_an_example_is_mentioned(data):
    data["test"] = data["test"][:1]
    texts = [one.text for one in uncovered(Agreement.model_validate(data))]
    assert any("'student': no example under [[test]] fails it" in one for one in texts)
    assert not any(one.fatal for one in uncovered(Agreement.model_validate(data)))


def test_an_unknown_operator_is_an_error_with_the_nearest_one(data):
    leaf(data, "fits")["op"] = "at_lest"
    (line,) = told(data)
    assert "'at_lest' is none of" in line
    assert line.endswith("did you mean 'at_least'?")


@pytest.mark.parametrize("where", ["rule", "fit"])
def test_a_weight_of_zero_is_mentioned(data, where):
    if where == "rule":
        rule = data["engagement"]["rules"][4]
        rule["points"] = 0
    else:
        data["fit"]["groups"]["size"]["rules"][0]["points"] = 0
    ((fatal, text),) = found(data)
    assert not fatal
    assert "worth 0 points" in text


def test_a_reason_without_a_row_is_refused(data):
    del data["recycle"]["reasons"]["missing_reason"]
    fatal, text = found(data)[0]
    assert fatal
    assert "no row for 'missing_reason'" in text


def test_a_form_that_asks_too_much_too_early_is_mentioned(data):
    data["content"][1]["asks"] = ["email", "phone", "title"]
    ((fatal, text),) = found(data)
    assert not fatal
    assert "its form asks for phone, title" in text


def test_content_is_approved_by_owners(data):
    data["content"][0]["approved_by"]["sales"] = "Nobody Known"
    ((fatal, text),) = found(data)
    assert (fatal, "not among owners.sales" in text) == (False, True)


def test_a_fit_rule_on_an_unknown_fact_is_refused(data):
    data["fit"]["groups"]["size"]["rules"][0]["field"] = "employes"
    assert found(data)[0] == (
        True,
        "agreement.toml: fit.groups.size #1: unknown field 'employes'; did you mean 'employees'?",
    )


def test_a_rule_that_never_counts_is_mentioned(data):
    rules = data["engagement"]["rules"]
    rules.insert(0, rules.pop(5))
    assert any("never counts" in text for _, text in found(data))


def test_a_group_that_is_not_there_is_an_error(data):
    data["content"][0]["group"] = "contents"
    assert "no group 'contents' under engagement.groups" in told(data)[0]


def test_a_grid_without_a_letter_is_an_error(data):
    del data["grid"]["ratings"]["C"]
    assert "grid.ratings needs a line for the letter 'C'" in told(data)[0]


def test_counts_of_touches_and_money_are_criteria(data):
    data["fields"]["x_budget"] = "money"
    data["rates"] = [{"currency": "USD", "from": "2026-01-01", "per_unit": "0.90"}]
    more = [
        {"id": "rich", "field": "x_budget", "op": "ge"},
        {"id": "often", "field": "touches", "op": "count_ge"},
    ]
    more[0]["value"] = {"amount": 9000, "currency": "EUR"}
    more[1]["value"] = {"count": 2, "days": 30, "kind": "form"}
    data["definition"]["of"] += more
    two = [{"kind": "form", "asset": "/demo", "days_ago": n} for n in (1, 30)]
    old = [{"kind": "form", "asset": "/demo", "days_ago": n} for n in (1, 31)]
    cases = [("10000 USD", two, []), ("9999 USD", two, ["rich"]), ("9000", old, ["often"])]
    data["test"] = [
        {
            "name": f"{budget} {len(failing)}",
            "as_of": "2026-03-02",
            "facts": {"x_budget": budget},
            "touches": touches,
            "expect": "not" if failing else "ready",
            "failing": failing,
        }
        for budget, touches, failing in cases
    ]
    agreement = Agreement.model_validate(data)
    assert [one.why for one in try_all(agreement, "EUR")] == ["", "", ""]
    assert not any(fatal for fatal, _ in found(data))


def test_money_without_a_rate_is_unknown(data):
    data["fields"]["x_budget"] = "money"
    value = {"amount": 9000, "currency": "EUR"}
    data["definition"]["of"].append({"id": "rich", "field": "x_budget", "op": "ge", "value": value})
    example = data["test"][0]
    example["facts"]["x_budget"] = "90000 GBP"
    data["test"] = [example | {"expect": "not", "failing": ["rich"]}]
    (tried,) = try_all(Agreement.model_validate(data), "EUR")
    assert tried.why == ""
    assert {one.id: one.result for one in tried.judged.verdict.leaves()}["rich"] is None


def test_a_count_without_a_number_is_refused(data):
    leaf(data, "engaged").update(field="touches", op="count_ge", value={"kind": "form"})
    assert any("takes a count such as" in text for fatal, text in found(data) if fatal)


def test_the_page_has_room_for_both_signatures(data):
    agreement = Agreement.model_validate(data | {"signed": []})
    lines = page(agreement, "draft", "0" * 64)
    assert "  for marketing: ______________________________, on ____________" in lines
    assert any("engaged: engagement score is at least 35" in one for one in lines)
    assert any("Handbook: inline control" in one for one in lines)


def test_a_difference_is_said_in_words(data):
    old = Agreement.model_validate(data)
    leaf(data, "engaged")["value"] = 30
    data["recycle"]["reasons"]["bad_timing"]["cool_off_days"] = 60
    data["engagement"]["rules"][0]["points"] = 35
    new = Agreement.model_validate(data)
    said = [str(one) for one in changes(old, new)]
    assert said == [
        "criterion engaged: engagement score is at least 35, under all > any -> "
        "engagement score is at least 30, under all > any",
        "engagement.rules 'form /demo*'.points: 40 -> 35",
        "recycle.reasons.bad_timing.cool_off_days: 90 -> 60",
    ]
    assert changes(old, old) == []
