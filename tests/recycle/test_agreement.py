"""What the table of returns may say, and which rows it must have."""

import pytest

from crmbridge.agreement import Agreement, RecycleRow
from tests.stages.agreement import faults_of, findings


def test_a_reason_without_a_row_is_refused(agreed):
    del agreed["recycle"]["reasons"]["missing_reason"]
    fatal, text = findings(agreed)[0]
    assert fatal
    assert "no row for 'missing_reason'" in text


def test_the_example_has_the_default_recycle_table(agreed):
    row = Agreement.model_validate(agreed).recycle.reasons["unresponsive"]
    assert (row.class_, row.cool_off_days, row.bar, row.max_loops) == ("returns", 45, 25, 2)


def test_a_return_without_a_cool_off_is_an_error(agreed):
    agreed["recycle"]["reasons"]["other"] = {"class": "returns", "track": "general"}
    assert "needs track and cool_off_days" in faults_of(Agreement, agreed)[0]


def test_reasons_that_crmbridge_gives_itself_need_their_rows(agreed):
    del agreed["recycle"]["reasons"]["stale_idle"]
    assert findings(agreed)[0][0]
    assert "no row for 'stale_idle'" in findings(agreed)[0][1]


def test_a_reason_may_send_a_lead_that_was_handed_on_back_to_its_team():
    row = {"class": "returns", "track": "t", "cool_off_days": 1}
    assert RecycleRow.model_validate(row).handed_on == "close"
    assert RecycleRow.model_validate(row | {"handed_on": "back"}).handed_on == "back"
    with pytest.raises(ValueError, match="no team gets the lead back"):
        RecycleRow.model_validate({"class": "out", "handed_on": "back"})
