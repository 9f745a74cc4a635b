"""SOQL of the emulated org: what it answers, and the words in which it refuses."""

from __future__ import annotations

import pytest

from connectors.salesforce.emulator.soql import parse
from tests.salesforce.desk import ROOT, Desk, first_error

SMALL = {"Sforce-Query-Options": "batchSize=200"}


def seed_three(org: Desk) -> None:
    org.remote.seed(
        Lead=[
            {"LastName": "O'Brien", "Company": "Acme", "Email": "ob@acme.test", "Rating": "Hot",
             "Score__c": 5, "SystemModstamp": "2026-11-01T00:00:00Z"},
            {"LastName": "100%", "Company": "beta", "Score__c": 7,
             "SystemModstamp": "2026-11-02T00:00:00Z"},
            {"LastName": "back\\slash", "Company": "Gamma", "Rating": "Cold",
             "SystemModstamp": "2026-11-03T00:00:00Z"},
        ]
    )  # fmt: skip


def names(org: Desk, where: str) -> list[str]:
    answer = org.query(f"SELECT LastName FROM Lead WHERE {where} ORDER BY SystemModstamp")
    assert answer.status_code == 200, answer.text
    return [one["LastName"] for one in answer.json()["records"]]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (r"LastName = 'O\'Brien'", ["O'Brien"]),
        ("LastName = 'o\\u0027brien'", ["O'Brien"]),
        (r"LastName = 'back\\slash'", ["back\\slash"]),
        ("Company = 'ACME'", ["O'Brien"]),
        ("Company LIKE 'B%'", ["100%"]),
        (r"LastName LIKE '%\%'", ["100%"]),
        ("LastName LIKE '_00_'", ["100%"]),
        ("Score__c >= 5 AND Score__c < 7", ["O'Brien"]),
        ("Score__c = null", ["back\\slash"]),
        ("Rating != 'Hot'", ["100%", "back\\slash"]),
        ("Rating IN ('Hot', 'Cold')", ["O'Brien", "back\\slash"]),
        ("Rating NOT IN ('Hot')", ["100%", "back\\slash"]),
        ("NOT (Rating = 'Hot' OR Rating = 'Cold')", ["100%"]),
        ("(Rating = 'Hot' OR Rating = 'Cold') AND Company != 'Acme'", ["back\\slash"]),
        ("IsConverted = false AND email = 'OB@acme.test'", ["O'Brien"]),
        ("SystemModstamp > 2026-11-01T00:00:00Z", ["100%", "back\\slash"]),
        ("SystemModstamp >= 2026-11-02T01:00:00+01:00", ["100%", "back\\slash"]),
        ("SystemModstamp <= 2026-11-02T00:00:00.000Z", ["O'Brien", "100%"]),
        ("SystemModstamp >= 2026-11-01T00:00:00Z AND SystemModstamp < 2026-11-02T00:00:00Z",
         ["O'Brien"]),
        ("Owner.Email = 'integration@example.com'", ["O'Brien", "100%", "back\\slash"]),
        ("LastName = '\\' OR Name != \\''", []),
    ],
)  # fmt: skip
def test_conditions_find_what_they_say(org: Desk, where: str, expected: list[str]) -> None:
    seed_three(org)
    assert names(org, where) == expected


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FROM Lead WHERE Name = 'O'Brien'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Name = '' OR Name != '''", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Name = 'a' OR 'b' = 'b'", "MALFORMED_QUERY"),
        (r"SELECT Id FROM Lead WHERE Name = 'a\q'", "MALFORMED_QUERY"),
        (r"SELECT Id FROM Lead WHERE Name = 'a\'", "MALFORMED_QUERY"),
        ('SELECT Id FROM Lead WHERE Name = "a"', "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead; DELETE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead FOR VIEW", "MALFORMED_QUERY"),
        ("SELECT Id, (SELECT Id FROM Tasks) FROM Lead", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) FROM Lead GROUP BY Name", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Id IN ()", "MALFORMED_QUERY"),
        ("SELECT FROM Lead", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead ORDER BY Description", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
        ("SELECT Id FROM XYZZY", "INVALID_TYPE"),
        ("SELECT Id, Foo__c FROM Lead", "INVALID_FIELD"),
        ("SELECT Id, Boss.Name FROM Lead", "INVALID_FIELD"),
        ("SELECT Id, id FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE SystemModstamp > '2026-11-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE SystemModstamp > 2026-11-01", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'false'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Name = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Score__c = '5'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Id LIKE '00Q%'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("SELECT CurrencyIsoCode FROM Opportunity", "INVALID_FIELD"),
    ],
)
def test_what_is_no_soql_is_refused_in_the_vendors_way(org: Desk, soql: str, code: str) -> None:
    assert first_error(org.query(soql)) == (400, code)


def test_an_unknown_field_is_shown_with_a_caret(org: Desk) -> None:
    message = org.query("SELECT Id, Foo__c FROM Lead").json()[0]["message"]
    lines = message.split("\n")
    assert lines[2].index("^") == lines[1].index("Foo__c")
    assert lines[3] == "ERROR at Row:1:Column:12"
    assert lines[4].startswith("No such column 'Foo__c' on entity 'Lead'.")


def test_records_carry_attributes_nested_parents_and_vendor_spelling(org: Desk) -> None:
    made = org.lead(Email="a@acme.test")
    answer = org.query("select id, OWNER.email, MasterRecord.Name, createddate from LEAD").json()
    assert answer["totalSize"] == 1
    assert answer["records"] == [
        {
            "attributes": {"type": "Lead", "url": f"{ROOT}sobjects/Lead/{made}"},
            "Id": made,
            "Owner": {
                "attributes": {
                    "type": "Name",
                    "url": f"{ROOT}sobjects/User/{org.vendor.org.integration_user}",
                },
                "Email": "integration@example.com",
            },
            "MasterRecord": None,
            "CreatedDate": "2026-11-21T10:00:00.000+0000",
        }
    ]


def test_order_goes_by_several_keys_with_nulls_where_asked(org: Desk) -> None:
    org.remote.seed(
        Lead=[{"LastName": name, "Company": "C", "Score__c": score}
              for name, score in (("b", 1), ("a", 1), ("c", None), ("d", 2))]
    )  # fmt: skip

    def order(keys: str) -> str:
        found = org.query(f"SELECT LastName FROM Lead ORDER BY {keys}").json()["records"]
        return "".join(one["LastName"] for one in found)

    assert order("Score__c, LastName") == "cabd"
    assert order("Score__c DESC NULLS LAST, LastName DESC") == "dbac"
    assert order("Score__c ASC NULLS LAST, LastName ASC LIMIT 2") == "ab"
    assert order("LastName LIMIT 2 OFFSET 1") == "bc"


def test_count_gives_the_number_and_no_records(org: Desk) -> None:
    seed_three(org)
    body = org.query("SELECT COUNT() FROM Lead WHERE Rating != null").json()
    assert body == {"totalSize": 2, "done": True, "records": []}


def test_a_result_set_stays_as_it_was_and_its_locator_lives_two_days(org: Desk) -> None:
    org.remote.config(session_seconds=10**6)
    org.login()
    org.remote.seed(Lead=[{"LastName": f"n{n}", "Company": "C"} for n in range(450)])
    first = org.query("SELECT Id FROM Lead ORDER BY Id", **SMALL)
    body = first.json()
    assert (len(body["records"]), body["done"], body["totalSize"]) == (200, False, 450)
    assert body["nextRecordsUrl"].startswith(ROOT + "query/01g")
    assert body["nextRecordsUrl"].endswith("-200")
    org.remote.act("delete", id=org.remote.state("Lead")[300]["Id"])
    second = org.call("GET", body["nextRecordsUrl"]).json()
    third = org.call("GET", second["nextRecordsUrl"]).json()
    assert (len(second["records"]), len(third["records"]), third["done"]) == (200, 50, True)
    org.remote.clock(advance=2 * 86_400)
    late = org.call("GET", body["nextRecordsUrl"])
    assert first_error(late) == (400, "INVALID_QUERY_LOCATOR")


def test_locators_can_be_made_to_expire_and_pages_to_shrink(org: Desk) -> None:
    org.remote.seed(Lead=[{"LastName": f"n{n}", "Company": "C"} for n in range(3_000)])
    body = org.query("SELECT Id FROM Lead").json()
    assert len(body["records"]) == 2_000
    org.remote.config(expire_locators=True)
    gone = org.call("GET", body["nextRecordsUrl"])
    assert first_error(gone) == (400, "INVALID_QUERY_LOCATOR")
    org.remote.config(page_shrink=1.0)
    page = org.query("SELECT Id FROM Lead").json()
    seen = [one["Id"] for one in page["records"]]
    while not page["done"]:
        page = org.call("GET", page["nextRecordsUrl"]).json()
        seen += [one["Id"] for one in page["records"]]
    assert len(seen) == len(set(seen)) == 3_000


def test_query_all_shows_deleted_rows_and_archived_activities(org: Desk) -> None:
    made = org.lead()
    org.remote.act("delete", id=made)
    org.remote.seed(Task=[{"Subject": "old", "IsArchived": True}])
    assert org.ids("SELECT Id FROM Lead") == []
    assert org.ids("SELECT Id FROM Lead WHERE IsDeleted = true", everything=True) == [made]
    assert org.ids("SELECT Id FROM Task") == []
    assert len(org.ids("SELECT Id FROM Task", everything=True)) == 1


def test_a_parsed_string_is_one_literal_whatever_it_holds() -> None:
    tree = parse(r"SELECT Id FROM Lead WHERE Name = '\' OR Name != \''")
    assert tree.where is not None
    assert getattr(tree.where, "values")[0].value == "' OR Name != '"  # noqa: B009  # a union type
