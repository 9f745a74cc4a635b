"""A text that somebody else made costs a bounded amount of work, however long and sly it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from connectors.hubspot.verdicts import said
from connectors.salesforce.outcomes import scrub
from crmbridge.log import LONGEST, redact, redact_text
from crmbridge.model.record import Row
from crmbridge.net.words import LOOKED, head, without
from tests.stages.places import ROOT

CPU = 20
"""Seconds of CPU that all readers of one text have together: before they were cut, each of these
took minutes to days. A process that needs more is ended by the system."""

HOSTILE = (
    "a" * 1_000_000,
    "a@" * 500_000,
    "a." * 500_000,
    "%40" * 300_000,
    "token" * 200_000,
    "secret=" * 140_000,
    "eyJ-" * 250_000,
    "eyJa." * 200_000,
    "pat-" * 250_000,
    "bearer " * 140_000,
    "00D" + "a" * 1_000_000,
    "data value too large: " * 45_000,
    "invalid email address: " * 43_000,
    "bad value for restricted picklist field" * 25_000,
    "No such column '" * 60_000,
    "duplicates value on record with id: " * 28_000,
    "Existing ID: " * 77_000,
    '"' * 999_999,
    "'" * 999_999,
    "[" * 1_000_000,
    '"error" : ' * 100_000,
    '"error"' + " " * 1_000_000,
    "0 " * 500_000,
    "(1) " * 250_000,
    "a:" * 500_000,
    "www." * 250_000,
    "\u0130" * 300_000,
)

READERS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]), int(sys.argv[2])))
from connectors.hubspot.answers import classify as hubspot
from connectors.hubspot.client import reason
from connectors.hubspot.values import Unreadable, typed
from connectors.hubspot.verdicts import of_row
from connectors.salesforce.answers import classify as salesforce, usage
from connectors.salesforce.client import failure
from connectors.salesforce.outcomes import settled
from connectors.salesforce.values import read_value
from crmbridge.errors import Refused
from crmbridge.log import redact
from crmbridge.mapping.transforms import TRANSFORMS
from crmbridge.model.record import Row
from crmbridge.net.messages.message import Message
from crmbridge.net.messages.webhook import payload
from crmbridge.net.verdict import http_date, retry_after, vendor_code
from crmbridge.report.text import visible
from tests.net.test_hostile_texts import HOSTILE

text = HOSTILE[int(sys.argv[1])]
values = {f"f{n}": text[:40_000 + n] for n in range(5)} | {"short": text[:30], "list": ("aa", text)}
row = Row(op="op", key="key", id="00Q000000000001", values=values)
error = {"message": text, "category": "VALIDATION_ERROR", "context": {"propertyName": [text]}}
of_row("contacts", row, error)
reason(error)
for status in (400, 403, 409, 429, 500):
    hubspot(status, {}, error)
    salesforce(status, {}, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": text}])
    failure("query", status, [{"errorCode": text, "message": text}], {})
told = {"success": False, "errors": [{"statusCode": "X", "message": text, "fields": [text]}]}
settled("Lead", row, told, "CrmBridge_Id__c")
redact("said", text)
redact("exception", text)
redact(text, {text: [text]})
vendor_code({"errorCode": text})
usage({"sforce-limit-info": text})
retry_after({"retry-after": text[:60_000]})
payload(Message(id="i", subject=text, text=text, whom=text))
visible(text)
for kind in ("number", "date", "datetime", "bool", "multi", "text"):
    try:
        typed(kind, text)
    except Unreadable:
        pass
for kind in ("int", "decimal", "date", "datetime", "bool", "multi", "ref", "text"):
    try:
        read_value(kind, text)
    except Refused:
        pass
"""


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_megabyte_of_a_vendors_words_is_read_with_little_work(number: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READERS, str(number), str(CPU)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_pattern_is_given_the_head_of_a_text_and_no_more(number: int) -> None:
    text = HOSTILE[number]
    assert len(head(text)) == LOOKED
    assert len(without(text, [text, text[:100], "x"])) <= LOOKED + 1
    assert len(redact_text(text)) <= 2 * LONGEST
    assert len(said({"message": text}, Row(op="o", key="k", values={"a": text}))) <= 200
    assert len(scrub(text, {"a": text})) <= 300


NAME = "Zaphod Beeblebrox"


@pytest.mark.parametrize("lead", [0, 1, 150, 199, 1_950, 1_980, 1_985, 1_990, 1_999, 2_500])
@pytest.mark.parametrize("length", [len(NAME), 70, 3_000, 65_000])
def test_the_cut_lets_no_part_of_a_value_through(lead: int, length: int) -> None:
    value = (NAME + " " + "of Betelgeuse " * 5_000)[:length].strip()
    text = f"{'. ' * (lead // 2)}{value}, {value}" + " and so on" * 400
    row = Row(op="o", key="k", values={"lastname": value})
    for told in (
        said({"message": text}, row),
        scrub(text, {"LastName": value}),
        without(text, [value]),
    ):
        assert "aphod" not in told
        assert "eeble" not in told


@pytest.mark.parametrize("lead", [1_960, 1_970, 1_980, 1_990, 1_995])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_the_cut_lets_no_half_of_an_address_or_a_quotation_through(lead: int, quote: str) -> None:
    row = Row(op="o", key="k", values={})
    for words in (f"{quote}{NAME}{quote}", "zaphod.beeblebrox@heart-of-gold.example"):
        text = "x " * (lead // 2) + words + " y" * 900
        for told in (said({"message": text}, row), without(text, [])):
            assert "aphod" not in told[:200]
            assert "eeble" not in told[:200]


@pytest.mark.parametrize("lead", range(LONGEST - 60, LONGEST + 5, 5))
def test_the_log_lets_no_half_of_an_address_through(lead: int) -> None:
    text = "x " * (lead // 2) + "zaphod.beeblebrox@heart-of-gold.example" + " y" * 900
    assert "aphod" not in str(redact("said", text))


def test_what_the_log_took_out_before_it_still_takes_out() -> None:
    text = (
        "a.b+c@example.com x%40example.com Bearer abcdef123 token=abc eyJab.cd.ef pat-na1-12345678"
    )
    told = redact_text(text)
    assert told == ("[email] [email] Bearer [secret] token=[secret] [secret] [secret]")
    assert redact("k" * 300, "value") == "[redacted]"
