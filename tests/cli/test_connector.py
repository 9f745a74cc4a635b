"""`crmbridge connector`: what connectors declare, and one that is tried on an account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.hubspot import HubSpot
from crmbridge.connector import Factory
from crmbridge.model.limits import Budget, Limits
from crmbridge.model.offer import Deletes, Feed, Key, Object, Role
from crmbridge.registry import connector, names
from crmbridge.report.connector.checked import all_well, checked
from crmbridge.report.connector.page import NOBODY, page
from crmbridge.testing.prove import prove
from tests.hubspot.account import HubSpotAccount, opened
from tests.stages.line import Line

UNPROVED = {"pipedrive"}
"""Those that nobody has run against the vendor, which their page says at the top."""
PAGES = Path(__file__).parents[2] / "docs" / "connectors"
PERSON = Object(
    name="p",
    roles=frozenset({Role.PERSON}),
    feed=Feed.KEYSET,
    deletes=Deletes.LIVE_IDS,
    key=Key.UPSERT,
)


def failing(line: Line, *words: str) -> str:
    """The error of a command that must fail."""
    said = line.run(*words)
    assert said.code == 1
    return said.err


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubSpotAccount]:
    """A portal whose credentials stand in the environment, for a connector that nobody has yet."""
    with opened() as found:
        for name, value in found.credentials().items():
            monkeypatch.setenv(f"CRMBRIDGE_TRY__MARKETING__{name}", value)
        yield found


def test_all_connectors_are_listed_with_what_they_were_proved_on(bare: Line) -> None:
    said = bare.ok("connector", "list").out
    assert all(name in said for name in names())
    told = {one["name"]: one for one in bare.json("connector", "list")}
    assert told["hubspot"]["sides"] == ["marketing", "sales"]


@pytest.mark.parametrize("name", names())
def test_a_shipped_connector_declares_all_and_its_page_says_so(name: str, bare: Line) -> None:
    proved = name not in UNPROVED
    assert {one.what for one in checked(connector(name)) if one.faults} == (
        set() if proved else {"what it was proved on"}
    )
    assert bare.run("connector", "check", name).code == (0 if proved else 1)
    kept = PAGES / f"{name}.md"
    assert kept.read_text(encoding="utf-8") == page(connector(name))
    assert "is what the connector declares" in (
        bare.ok("connector", "docs", name, "--out", str(kept), "--check").out
    )


def test_a_page_that_is_old_is_refused_and_written_anew(bare: Line) -> None:
    kept = bare.home / "hubspot.md"
    kept.write_text("old", encoding="utf-8")
    said = failing(bare, "connector", "docs", "hubspot", "--out", str(kept), "--check")
    assert "crmbridge connector docs hubspot --out" in said
    assert kept.read_text(encoding="utf-8") == "old"
    bare.ok("connector", "docs", "hubspot", "--out", str(kept))
    assert kept.read_text(encoding="utf-8").startswith("# HubSpot: reference")


def test_a_page_says_at_the_top_that_nobody_ran_the_connector() -> None:
    class Untried(HubSpot):
        info = replace(HubSpot.info, proved="")

    assert page(Untried).splitlines()[2] == NOBODY
    assert NOBODY not in page(HubSpot)


def faults(**changes: Any) -> str:
    """What is said of HubSpot's connector with another declaration."""
    made: Any = type("Made", (HubSpot,), {"info": replace(HubSpot.info, **changes)})
    return "\n".join(fault for one in checked(made) for fault in one.faults)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sides": frozenset()}, "Info.sides is empty"),
        ({"credentials": {"TOKEN": "a token"}}, "does not say where a person finds it"),
        ({"credentials": {"token": "in its settings page"}}, "write 'TOKEN'"),
        ({"limits": Limits(read_page=0, write_batch=1, budgets=())}, "at least 1"),
        (
            {
                "limits": Limits(
                    read_page=1,
                    write_batch=1,
                    budgets=(Budget(name="b", calls=1, seconds=1.0, share=1.0, source=" "),),
                )
            },
            "the quota 'b' has no source",
        ),
        ({"objects": ()}, "Info.objects is empty"),
        ({"objects": (replace(PERSON, roles=frozenset()),)}, "p has no roles"),
        ({"objects": (PERSON,)}, "contacts stands for people"),
        ({"default_map": ""}, "Info.default_map is empty"),
        ({"default_map": "[lead"}, "it is no TOML"),
        ({"default_map": '[lead]\nobject = "contacts"\nkee = "x"\n'}, "kee"),
        ({"proved": ""}, "says that nobody has run it"),
    ],
)
def test_what_is_declared_wrong_is_said(changes: dict[str, Any], told: str) -> None:
    assert told in faults(**changes)


def test_what_is_declared_and_not_there_is_said() -> None:
    made: Any = type("Made", (), {"info": replace(HubSpot.info, objects=(PERSON,))})
    found = "\n".join(fault for one in checked(made) for fault in one.faults)
    assert "there is no method read" in found
    assert "write stamps (Reconciles)" in found
    assert "write find (Finds)" in found
    assert "there is no check_config" in found
    assert not all_well(checked(made))


def test_check_leaves_with_one_and_says_what_to_mend(bare: Line) -> None:
    said = failing(bare, "connector", "check", "hubspod")
    assert "did you mean" in said or "hubspot" in said


def test_a_look_shows_what_there_is_and_no_value_unasked(
    portal: HubSpotAccount, bare: Line
) -> None:
    portal.seed(3)
    portal.settle()
    look = ("connector", "try", "hubspot", "--read", "contacts", "--field", "email")
    said = bare.ok(*look, "--limit", "2").out
    assert "2 records; there are more." in said
    assert "characters" in said
    assert "@example.com" not in said
    assert "@example.com" in bare.ok(*look, "--values").out


def test_a_write_is_planned_by_the_description_alone(portal: HubSpotAccount, bare: Line) -> None:
    (record,) = portal.seed(1)
    said = bare.ok(
        *("connector", "try", "hubspot", "--write", "contacts", "--dry-run"),
        *("--set", "x_number=12,5", "--set", "nope=1", "--set", "x_enum=B"),
    ).out
    assert "not sent: number" in said
    assert "not sent: missing" in said
    assert "Nothing was written." in said
    assert portal.truth()[record].get("x_enum") in (None, "")


def test_an_echo_says_what_is_kept_and_puts_back(portal: HubSpotAccount, bare: Line) -> None:
    (record,) = portal.seed(1)
    portal.edit(record, "Before")
    said = bare.ok(
        *("connector", "try", "hubspot", "--echo", "contacts", "--id", record),
        *("--set", "firstname=After", "--set", "x_number=12.50"),
    ).out
    assert said.count("kept") == 2
    assert portal.truth()[record]["firstname"] == "Before"
    assert portal.truth()[record].get("x_number") in (None, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "say what to try"),
        (("--read", "contacts", "--echo", "contacts"), "say what to try"),
        (("--write", "contacts", "--set", "a=b"), "--dry-run alone"),
        (("--write", "contacts", "--dry-run"), "give what to write"),
        (("--echo", "contacts", "--set", "a=b"), "needs the --id"),
        (("--echo", "contacts", "--id", "1", "--dry-run"), "--echo writes"),
        (("--write", "contacts", "--dry-run", "--set", "nothing"), "FIELD=VALUE"),
        (("--read", "contacts", "--option", "version=v3"), "as in TOML"),
        (("--read", "contacts", "--company", "acme", "--option", "a=1"), "is not taken"),
        (("--read", "contacts", "--option", "versoin='v3'"), "did you mean"),
        (("--echo", "contacts", "--id", "999", "--set", "firstname=A"), "no live record"),
        (("--echo", "contacts", "--id", "999", "--set", "nope=A"), "cannot be written"),
    ],
)
def test_a_try_that_cannot_be_is_a_clear_sentence(
    words: tuple[str, ...], told: str, portal: HubSpotAccount, bare: Line
) -> None:
    assert told in failing(bare, "connector", "try", "hubspot", *words)


def test_a_credential_that_is_missing_is_named_whole(bare: Line) -> None:
    said = failing(bare, "connector", "try", "hubspot", "--read", "contacts")
    assert "CRMBRIDGE_TRY__MARKETING__ACCESS_TOKEN" in said


def test_the_contract_is_proved_for_an_account() -> None:
    found = prove("tests.hubspot.account", "opened", "declared or find_gives")
    assert found.holds
    assert found.passed == 3
    assert found.failed == ()


def test_what_fails_the_contract_is_named() -> None:
    found = prove("tests.cli.test_connector", "nobody_home", "same_account_id")
    assert not found.holds
    assert found.failed == ("test_check_gives_the_same_account_id_each_time",)


class Away(HubSpotAccount):
    """A portal that is never reached."""

    def connect(self, *, patience: float | None = None, **config: Any) -> HubSpot:
        return HubSpot({**self.credentials(), "BASE_URL": "http://127.0.0.1:9"})


class nobody_home:
    """Opens an account whose vendor does not answer."""

    def __enter__(self) -> HubSpotAccount:
        self._open = opened()
        found = self._open.__enter__()
        found.__class__ = Away
        return found

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)


def test_an_account_that_is_not_there_is_said(bare: Line) -> None:
    said = failing(bare, "connector", "prove", "hubspot")
    assert "--account MODULE:NAME" in said


def test_a_factory_is_what_is_checked() -> None:
    found: Factory = connector("tables")
    assert all_well(checked(found))
