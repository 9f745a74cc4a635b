"""What an agreement may say of scores, and what a person is told of it."""

import pytest

from crmbridge.agreement import Agreement
from tests.stages.agreement import faults_of, findings


@pytest.mark.parametrize("where", ["rule", "fit"])
def test_a_weight_of_zero_is_mentioned(agreed, where):
    if where == "rule":
        rule = agreed["engagement"]["rules"][4]
        rule["points"] = 0
    else:
        agreed["fit"]["groups"]["size"]["rules"][0]["points"] = 0
    ((fatal, text),) = findings(agreed)
    assert not fatal
    assert "worth 0 points" in text


def test_a_fit_rule_on_an_unknown_fact_is_refused(agreed):
    agreed["fit"]["groups"]["size"]["rules"][0]["field"] = "employes"
    assert findings(agreed)[0] == (
        True,
        "agreement.toml: fit.groups.size #1: unknown field 'employes'; did you mean 'employees'?",
    )


def test_a_rule_that_never_counts_is_mentioned(agreed):
    rules = agreed["engagement"]["rules"]
    rules.insert(0, rules.pop(5))
    assert any("never counts" in text for _, text in findings(agreed))


def test_a_grid_without_a_letter_is_an_error(agreed):
    del agreed["grid"]["ratings"]["C"]
    assert "grid.ratings needs a line for the letter 'C'" in faults_of(Agreement, agreed)[0]
