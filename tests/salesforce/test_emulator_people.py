"""What people and administrators do in the emulated org."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmbridge.testing.emulator import Refusal
from tests.salesforce.desk import Desk, desk, first_error

MAPPING = {"Contact": {"CrmBridge_Id__c": "CrmBridge_Id__c", "Score__c": "Score__c"}}


@pytest.fixture
def org() -> Iterator[Desk]:
    with desk() as made:
        made.remote.seed(User=[{"Name": "Rep One", "Email": "one@acme.test"},
                               {"Name": "Rep Two", "Email": "two@acme.test"}],
                         Group=[{"Name": "Inbound", "Type": "Queue"}])  # fmt: skip
        yield made


def test_conversion_makes_account_contact_deal_and_role(org: Desk) -> None:
    made = org.lead(FirstName="Ann", Email="ann@acme.test", CrmBridge_Id__c="k1", Score__c=9)
    done = org.remote.act(
        "convert",
        id=made,
        opportunity={"Amount": 5000, "CloseDate": "2026-12-31"},
        role="Evaluator",
    )
    lead = org.row("Lead", made)
    assert (lead["IsConverted"], lead["ConvertedDate"]) == (True, "2026-11-21")
    assert lead["Status"] == "Closed - Converted"
    assert lead["ConvertedContactId"] == done["contactId"]
    assert lead["ConvertedOpportunityId"] == done["opportunityId"]
    contact = org.row("Contact", done["contactId"])
    assert (contact["Email"], contact["AccountId"]) == ("ann@acme.test", done["accountId"])
    assert "CrmBridge_Id__c" not in contact
    assert "Score__c" not in contact
    role = org.remote.state("OpportunityContactRole")[0]
    assert (role["ContactId"], role["IsPrimary"]) == (done["contactId"], True)
    assert org.row("Opportunity", done["opportunityId"])["ContactId"] == done["contactId"]
    assert org.row("Account", done["accountId"])["Name"] == "Acme"


def test_custom_fields_move_only_where_they_are_mapped(org: Desk) -> None:
    org.remote.config(convert_mapping=MAPPING)
    made = org.lead(CrmBridge_Id__c="k1", Score__c=9)
    done = org.remote.act("convert", match={"CrmBridge_Id__c": "k1"}, opportunity=False)
    contact = org.row("Contact", done["contactId"])
    assert (contact["CrmBridge_Id__c"], contact["Score__c"]) == ("k1", 9)
    assert done["opportunityId"] is None
    assert org.remote.state("Opportunity") == []
    assert org.row("Lead", made)["CrmBridge_Id__c"] == "k1"


def test_a_converted_lead_is_read_only(org: Desk) -> None:
    made = org.lead()
    org.remote.act("convert", id=made)
    answer = org.call("PATCH", f"sobjects/Lead/{made}", {"Title": "x"})
    assert first_error(answer) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")
    assert answer.json()[0]["message"] == "cannot reference converted lead"
    with pytest.raises(Refusal, match="read-only"):
        org.remote.act("edit", id=made, fields={"Title": "x"})
    with pytest.raises(Refusal, match="converted"):
        org.remote.act("convert", id=made)


def test_conversion_into_an_existing_contact_fills_only_what_is_empty(org: Desk) -> None:
    org.remote.seed(Account=[{"Name": "Old"}])
    account = org.remote.state("Account")[0]["Id"]
    org.remote.seed(Contact=[{"LastName": "Kept", "AccountId": account}])
    contact = org.remote.state("Contact")[0]["Id"]
    made = org.lead(Email="new@acme.test")
    org.remote.act("convert", id=made, account=account, contact=contact)
    row = org.row("Contact", contact)
    assert (row["LastName"], row["Email"]) == ("Kept", "new@acme.test")
    assert len(org.remote.state("Account")) == 1


def test_a_campaign_member_keeps_the_lead_and_gets_the_contact(org: Desk) -> None:
    org.remote.seed(Campaign=[{"Name": "Fair"}])
    campaign = org.remote.state("Campaign")[0]["Id"]
    made = org.lead()
    org.remote.act("add_to_campaign", campaign=campaign, lead=made, status="Nonsense")
    with pytest.raises(Refusal, match="Already a campaign member"):
        org.remote.act("add_to_campaign", campaign=campaign, lead=made)
    done = org.remote.act("convert", id=made)
    member = org.remote.state("CampaignMember")[0]
    assert (member["LeadId"], member["ContactId"]) == (made, done["contactId"])
    assert member["Status"] == "Sent"


def test_merge_sends_losers_to_the_bin_and_children_to_the_winner(org: Desk) -> None:
    winner, loser = org.lead(), org.lead(CrmBridge_Id__c="lost")
    task = org.remote.act("log_activity", who=loser)["id"]
    org.remote.clock(advance=60)
    org.remote.act("merge", winner=winner, losers=[loser], fields={"Title": "Both"})
    row = org.row("Lead", loser)
    assert (row["IsDeleted"], row["MasterRecordId"]) == (True, winner)
    assert row["SystemModstamp"] == "2026-11-21T10:01:00.000+0000"
    assert org.row("Task", task)["WhoId"] == winner
    assert org.row("Lead", winner).get("CrmBridge_Id__c") is None
    sweep = "SELECT Id FROM Lead WHERE IsDeleted = true AND MasterRecordId != null"
    assert org.ids(sweep, everything=True) == [loser]


def test_delete_undelete_and_hard_delete(org: Desk) -> None:
    made = org.lead()
    org.remote.act("delete", id=made)
    assert org.ids("SELECT Id FROM Lead") == []
    org.remote.act("undelete", id=made)
    assert org.ids("SELECT Id FROM Lead") == [made]
    org.remote.act("hard_delete", id=made)
    assert org.ids("SELECT Id FROM Lead", everything=True) == []
    binned = org.lead()
    org.remote.act("delete", id=binned)
    assert org.remote.act("empty_bin") == {"purged": 1}
    assert first_error(org.call("GET", f"sobjects/Lead/{binned}")) == (404, "NOT_FOUND")


def test_a_rep_rejects_with_status_and_reason_and_history_tells(org: Desk) -> None:
    made = org.lead()
    org.remote.act("reassign", id=made, owner="one@acme.test")
    assert org.row("Lead", made)["IsUnreadByOwner"] is True
    org.remote.act("view", id=made)
    assert org.row("Lead", made)["IsUnreadByOwner"] is False
    org.remote.act("reject", id=made, reason="No budget", reason_field="Reject_Reason__c")
    row = org.row("Lead", made)
    assert (row["Status"], row["Reject_Reason__c"]) == ("Closed - Not Converted", "No budget")
    assert org.row("User", row["LastModifiedById"])["Email"] == "one@acme.test"
    history = [(one["Field"], one.get("NewValue")) for one in org.remote.state("LeadHistory")]
    assert ("Status", "Closed - Not Converted") in history
    assert history[0] == ("created", None)
    org.remote.act("set_status", id=made, status="Working - Contacted")
    assert org.row("Lead", made)["Status"] == "Working - Contacted"


def test_an_activity_moves_the_last_activity_of_the_lead(org: Desk) -> None:
    made = org.lead()
    org.remote.clock(advance=3_600)
    org.remote.act("log_activity", who=made, status="Not Started", date="2026-12-24")
    assert "LastActivityDate" not in org.row("Lead", made)
    org.remote.act("log_activity", who=made, subject="Call", type="Call", date="2026-11-20")
    lead = org.row("Lead", made)
    assert lead["LastActivityDate"] == "2026-11-20"
    assert lead["SystemModstamp"] == "2026-11-21T11:00:00.000+0000"
    assert lead["LastModifiedDate"] == "2026-11-21T10:00:00.000+0000"
    open_task, task = org.remote.state("Task")
    assert (open_task["IsClosed"], task["IsClosed"]) == (False, True)
    assert task["CompletedDateTime"] == "2026-11-21T11:00:00.000+0000"
    org.remote.act("log_activity", who=made, kind="event", date="2026-12-01")
    assert org.row("Lead", made)["LastActivityDate"] == "2026-12-01"


def test_a_task_on_a_lead_has_no_other_subject(org: Desk) -> None:
    made, deal = org.lead(), org.remote.act("create_deal", name="D")["id"]
    answer = org.call("POST", "sobjects/Task", {"WhoId": made, "WhatId": deal})
    assert answer.status_code == 400


def test_deals_are_made_closed_reopened_and_recorded(org: Desk) -> None:
    org.remote.seed(Contact=[{"LastName": "C"}])
    contact = org.remote.state("Contact")[0]["Id"]
    deal = org.remote.act("create_deal", name="D", amount=100, contact=contact)
    org.remote.act("close_deal", id=deal["id"], amount=250)
    row = org.row("Opportunity", deal["id"])
    assert (row["IsWon"], row["Amount"], row["StageName"]) == (True, 250, "Closed Won")
    org.remote.act("edit", id=deal["id"], fields={"StageName": "Prospecting"})
    org.remote.act("close_deal", id=deal["id"], won=False)
    assert org.row("Opportunity", deal["id"])["IsWon"] is False
    stages = [one["StageName"] for one in org.remote.state("OpportunityHistory")]
    assert stages == ["Prospecting", "Closed Won", "Prospecting", "Closed Lost"]
    assert org.remote.state("OpportunityHistory")[1]["PrevAmount"] == 100


def test_a_removed_role_disappears_but_the_deleted_list_tells(org: Desk) -> None:
    org.remote.seed(Contact=[{"LastName": "A"}, {"LastName": "B"}])
    first, second = (one["Id"] for one in org.remote.state("Contact"))
    deal = org.remote.act("create_deal", name="D", contact=first)
    role = org.remote.act("add_role", opportunity=deal["id"], contact=second, primary=True)["id"]
    primary = [one["IsPrimary"] for one in org.remote.state("OpportunityContactRole")]
    assert primary == [False, True]
    org.remote.act("remove_role", opportunity=deal["id"], contact=second)
    found = org.ids("SELECT Id FROM OpportunityContactRole", everything=True)
    assert found == [deal["roleId"]]
    window = "?start=2026-11-21T09:00:00Z&end=2026-11-21T11:00:00Z"
    gone = org.call("GET", "sobjects/OpportunityContactRole/deleted" + window).json()
    assert [one["id"] for one in gone["deletedRecords"]] == [role]
    org.remote.act("delete", id=deal["id"])
    bin_query = "SELECT Id FROM OpportunityContactRole WHERE IsDeleted = true"
    assert org.ids(bin_query, everything=True) == [deal["roleId"]]


def test_a_rep_makes_a_lead_by_himself(org: Desk) -> None:
    made = org.remote.act(
        "create", object="Lead", fields={"LastName": "Own", "Company": "B"}, by="two@acme.test"
    )
    row = org.row("Lead", made["id"])
    assert row["OwnerId"] == row["CreatedById"]
    with pytest.raises(Refusal, match="REQUIRED_FIELD_MISSING"):
        org.remote.act("create", object="Lead", fields={"LastName": "No company"})


def test_an_inactive_user_gets_no_more_records(org: Desk) -> None:
    user = org.remote.act("deactivate_user", user="one@acme.test")["id"]
    made = org.lead()
    answer = org.call("PATCH", f"sobjects/Lead/{made}", {"OwnerId": user})
    assert first_error(answer) == (400, "INACTIVE_OWNER_OR_USER")
    org.remote.act("activate_user", user="one@acme.test")
    assert org.call("PATCH", f"sobjects/Lead/{made}", {"OwnerId": user}).status_code == 204


def test_a_queue_can_own_a_lead(org: Desk) -> None:
    queue = org.remote.state("Group")[0]["Id"]
    made = org.lead(OwnerId=queue)
    soql = "SELECT Owner.Name, Owner.Type FROM Lead WHERE Owner.Type = 'Queue'"
    found = org.query(soql).json()["records"][0]["Owner"]
    assert (found["Name"], found["Type"]) == ("Inbound", "Queue")
    with pytest.raises(Refusal, match="queue"):
        org.remote.act("convert", id=made)


def test_a_renamed_or_deleted_field_poisons_queries_and_writes(org: Desk) -> None:
    made = org.lead(Score__c=5)
    org.remote.act("rename_field", object="Lead", field="Score__c", to="Points__c")
    refused = org.query("SELECT Id, Score__c FROM Lead")
    assert first_error(refused) == (400, "INVALID_FIELD")
    assert org.query("SELECT Points__c FROM Lead").json()["records"][0]["Points__c"] == 5
    org.remote.act("delete_field", object="Lead", field="Points__c")
    answer = org.call("PATCH", f"sobjects/Lead/{made}", {"Points__c": 1})
    assert first_error(answer) == (400, "INVALID_FIELD")
    org.remote.act("add_field", object="Lead", field={"name": "New__c", "type": "boolean"})
    assert org.query("SELECT New__c FROM Lead").json()["records"][0]["New__c"] is False


def test_revoked_security_hides_a_field_everywhere(org: Desk) -> None:
    made = org.lead(Score__c=5)
    org.remote.act("revoke_fls", object="Lead", field="Score__c")
    names = [one["name"] for one in org.call("GET", "sobjects/Lead/describe").json()["fields"]]
    assert "Score__c" not in names
    assert first_error(org.query("SELECT Score__c FROM Lead"))[1] == "INVALID_FIELD"
    assert "Score__c" not in org.call("GET", f"sobjects/Lead/{made}").json()
    body = {"ids": [made], "fields": ["Score__c"]}
    assert org.call("POST", "composite/sobjects/Lead", body).status_code == 400
    org.remote.act("grant_fls", object="Lead", field="Score__c")
    org.remote.act("revoke_fls", object="Lead", field="Score__c", read_only=True)
    answer = org.call("PATCH", f"sobjects/Lead/{made}", {"Score__c": 1})
    assert first_error(answer) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert org.query("SELECT Score__c FROM Lead").json()["records"][0]["Score__c"] == 5


def test_a_retired_picklist_value_is_refused_on_write(org: Desk) -> None:
    org.remote.act(
        "retire_picklist_value", object="Lead", field="Reject_Reason__c", value="No budget"
    )
    made = org.lead()
    answer = org.call("PATCH", f"sobjects/Lead/{made}", {"Reject_Reason__c": "No budget"})
    assert first_error(answer)[1] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    org.remote.act("add_picklist_value", object="Lead", field="Reject_Reason__c", value="No budget")
    assert org.call("PATCH", f"sobjects/Lead/{made}", {"Reject_Reason__c": "No budget"}).ok


def test_seeded_statuses_and_stages_become_picklist_values(org: Desk) -> None:
    org.remote.seed(
        LeadStatus=[{"MasterLabel": "Recycled", "SortOrder": 9, "IsConverted": False}],
        OpportunityStage=[{"MasterLabel": "Signed", "IsClosed": True, "IsWon": True,
                           "DefaultProbability": 100, "IsActive": True}],
    )  # fmt: skip
    fields = {
        one["name"]: one for one in org.call("GET", "sobjects/Lead/describe").json()["fields"]
    }
    assert fields["Status"]["picklistValues"][-1]["value"] == "Recycled"
    deal = org.remote.act("create_deal", name="D", stage="Signed")["id"]
    assert org.row("Opportunity", deal)["IsWon"] is True
