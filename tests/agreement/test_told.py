"""An agreement as a page to sign, and what differs between two of them, in words."""

from crmbridge.agreement import Agreement
from crmbridge.report.agreement.diff import changes
from crmbridge.report.agreement.page import page
from tests.stages.agreement import leaf


def test_the_page_has_room_for_both_signatures(agreed):
    agreement = Agreement.model_validate(agreed | {"signed": []})
    lines = page(agreement, "draft", "0" * 64)
    assert "  for marketing: ______________________________, on ____________" in lines
    assert any("engaged: engagement score is at least 35" in one for one in lines)
    assert any("Handbook: inline control" in one for one in lines)


def test_a_difference_is_said_in_words(agreed):
    old = Agreement.model_validate(agreed)
    leaf(agreed, "engaged")["value"] = 30
    agreed["recycle"]["reasons"]["bad_timing"]["cool_off_days"] = 60
    agreed["engagement"]["rules"][0]["points"] = 35
    new = Agreement.model_validate(agreed)
    said = [str(one) for one in changes(old, new)]
    assert said == [
        "criterion engaged: engagement score is at least 35, under all > any -> "
        "engagement score is at least 30, under all > any",
        "engagement.rules 'form /demo*'.points: 40 -> 35",
        "recycle.reasons.bad_timing.cool_off_days: 90 -> 60",
    ]
    assert changes(old, old) == []
