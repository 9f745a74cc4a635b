"""What the catalogue of content may say, and what a person is told of it."""

from crmbridge.agreement import Agreement
from tests.stages.agreement import faults_of, findings


def test_a_form_that_asks_too_much_too_early_is_mentioned(agreed):
    agreed["content"][1]["asks"] = ["email", "phone", "title"]
    ((fatal, text),) = findings(agreed)
    assert not fatal
    assert "its form asks for phone, title" in text


def test_content_is_approved_by_owners(agreed):
    agreed["content"][0]["approved_by"]["sales"] = "Nobody Known"
    ((fatal, text),) = findings(agreed)
    assert (fatal, "not among owners.sales" in text) == (False, True)


def test_a_group_that_is_not_there_is_an_error(agreed):
    agreed["content"][0]["group"] = "contents"
    assert "no group 'contents' under engagement.groups" in faults_of(Agreement, agreed)[0]
