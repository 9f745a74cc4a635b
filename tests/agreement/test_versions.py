"""Which version is in force, who has signed it, and what is said when something is wrong."""

import shutil
from datetime import UTC, date, datetime

import pytest

from crmbridge.agreement import Versions, fingerprint, starts
from crmbridge.company import refuse_unsigned
from crmbridge.errors import ConfigError
from crmbridge.files import load, read_agreement
from crmbridge.flows.agreed.signature import signed_text
from tests.stages.agreement import next_version, raw, signed
from tests.stages.places import ACME
from tests.stages.texts import change


def version(number=1, day=date(2026, 1, 1), sides=("marketing", "sales"), **more):
    return signed(raw() | {"version": number, "effective_from": day, **more}, day, sides)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_version_begins_at_midnight_of_the_companys_day():
    assert starts(version(day=date(2026, 7, 1))) == at("2026-06-30T22:00")


def test_the_newest_approved_version_that_has_begun_is_in_force():
    one, two = version(1), version(2, date(2026, 7, 1))
    versions = Versions.of([two, one])
    assert versions.in_force(at("2026-06-30T21:59:59")).version == 1
    assert versions.in_force(at("2026-06-30T22:00")).version == 2
    assert versions.next_start(at("2026-03-01")) == at("2026-06-30T22:00")
    assert versions.next_start(at("2026-08-01")) is None


def test_a_draft_is_not_in_force_whatever_its_day():
    versions = Versions.of([version(1), version(2, date(2026, 2, 1), sides=("marketing",))])
    assert versions.in_force(at("2026-03-01")).version == 1
    assert versions.next_start(at("2026-01-15")) is None


def test_every_version_has_a_state():
    versions = Versions.of(
        [
            version(1),
            version(2, date(2026, 2, 1)),
            version(3, date(2026, 9, 1)),
            version(4, date(2026, 10, 1), sides=("sales",)),
            version(5, date(2026, 11, 1), sides=()),
            version(6, date(2026, 1, 15), withdrawn=True),
        ]
    )
    now = at("2026-03-01")
    states = {one.version: versions.status(one, now) for one in versions.all}
    assert states == {
        1: "superseded",
        2: "effective",
        3: "approved",
        4: "proposed",
        5: "draft",
        6: "withdrawn",
    }


def test_withdrawing_a_version_needs_no_new_signature():
    one = version(1)
    assert fingerprint(one.model_copy(update={"withdrawn": True})) == fingerprint(one)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (version(sides=()), "is not signed by marketing and sales"),
        (version(sides=("sales",)), "is not signed by marketing"),
        (version(day=date(2027, 1, 1)), "takes effect only on 2027-01-01"),
        (version(withdrawn=True), "was withdrawn"),
    ],
)
def test_nothing_is_written_without_an_agreement_in_force(made, words):
    with pytest.raises(ConfigError) as caught:
        refuse_unsigned("acme", Versions.of([made]), at("2026-03-01"))
    assert words in str(caught.value)
    assert "crmbridge agreement approve --company acme --side marketing" in str(caught.value)


def test_a_signed_agreement_may_be_used():
    versions = Versions.of([version()])
    assert versions.why_not(at("2026-03-01")) == ""
    refuse_unsigned("acme", versions, at("2026-03-01"))


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(ACME, tmp_path / "acme")
    return tmp_path / "acme"


def refused(folder):
    with pytest.raises(ConfigError) as caught:
        load(folder.parent, "acme")
    return str(caught.value)


def test_a_version_that_was_changed_after_approval_is_refused_with_what_to_do(folder):
    change(folder / "agreement.toml", 'op = "ge", value = 35', 'op = "ge", value = 30')
    said = refused(folder)
    assert "version 1 was changed after marketing and sales had signed it" in said
    assert "raise `version`, set `effective_from`" in said


def test_comments_may_change_after_approval(folder):
    change(folder / "agreement.toml", "# Interest: they have", "# They have")
    assert load(folder.parent, "acme").agreement.version == 1


def test_further_versions_lie_beside_the_first(folder):
    path = next_version(folder, 2, "2026-07-01")
    for side, name in (("marketing", "Dana Ortiz"), ("sales", "Priya Raman")):
        text = path.read_text(encoding="utf-8")
        path.write_text(signed_text(text, read_agreement(path), side, name, date(2026, 6, 1)))
    versions = load(folder.parent, "acme").versions
    assert versions.in_force(at("2026-07-02")).version == 2
    assert versions.in_force(at("2026-06-02")).version == 1


def test_two_versions_for_one_day_are_an_error(folder):
    next_version(folder, 2, "2026-01-01")
    assert "versions 1 and 2 both take effect on 2026-01-01" in refused(folder)


def test_two_versions_with_one_number_are_an_error(folder):
    next_version(folder, 1, "2026-07-01")
    assert "2 files say version = 1: number them apart" in refused(folder)


def test_a_zone_that_is_not_the_mappings_is_an_error(folder):
    change(folder / "agreement.toml", '"Europe/Berlin"', '"Europe/Paris"')
    assert "a company's days begin at one midnight" in refused(folder)


def test_signing_keeps_every_comment_of_the_file(folder):
    path = next_version(folder, 2, "2026-07-01")
    before = path.read_text(encoding="utf-8")
    after = signed_text(before, read_agreement(path), "sales", "Priya Raman", date(2026, 6, 1))
    gone = [line for line in before.splitlines() if line not in after.splitlines()]
    assert gone == ["signed = []"]
    assert 'side = "sales"' in after
