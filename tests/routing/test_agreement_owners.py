"""Reps who are users, queues or assignment rules: what the teams file may say of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmbridge.agreement import Teams
from crmbridge.errors import ConfigError
from crmbridge.files import load
from tests.stages.places import MAPPINGS

QUEUE = 'id = "in"\nqueue = "Inbound"\nopen_limit = 50\n'
PERSON = 'id = "ann"\nemail = "ann@acme.example"\nopen_limit = 5\n'


def _company(folder: Path, *reps: str, mapping: str = "") -> Path:
    where = folder / "acme"
    where.mkdir()
    for name in ("mapping.toml", "agreement.toml"):
        text = (MAPPINGS / "acme" / name).read_text("utf-8")
        (where / name).write_text(text + (mapping if name == "mapping.toml" else ""), "utf-8")
    head = 'company = "acme"\n[calendars.berlin]\nzone = "Europe/Berlin"\n'
    head += 'hours = { mon-fri = ["09:00-17:00"] }\n[[teams]]\nid = "dach"\n'
    rows = "".join(f"[[teams.reps]]\n{rep}" for rep in reps)
    (where / "teams.toml").write_text(head + rows, "utf-8")
    return folder


TABLE = '\n[sales.queue]\nobject = "Group"\nname = "Name"\nwhen = { Type = "Queue" }\n'


def _refused(folder: Path, *reps: str, mapping: str = TABLE) -> str:
    with pytest.raises(ConfigError) as found:
        load(_company(folder, *reps, mapping=mapping), "acme")
    return str(found.value)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('calendar = "berlin"', "calendar"),
        ("absences = [{ from = 2026-08-03, to = 2026-08-21 }]", "absences"),
        ("pull = { per_day = 2 }", "pull"),
        ('email = "in@acme.example"', "email"),
        ('user = "005000000000001"', "user"),
    ],
)
def test_what_only_people_have_is_refused_of_a_queue(tmp_path: Path, line: str, word: str) -> None:
    said = _refused(tmp_path, QUEUE + line + "\n")
    assert "teams.toml: teams #1 'dach'.reps #1 'in': a queue has no " + word in said
    assert "take the line out" in said


def test_assignment_rules_have_no_hours_either(tmp_path: Path) -> None:
    rules = 'id = "rules"\nassignment_rules = true\nopen_limit = 9\ncalendar = "berlin"\n'
    assert "a rep by assignment_rules has no calendar" in _refused(tmp_path, rules)


def test_a_rep_whom_nothing_finds_is_refused(tmp_path: Path) -> None:
    said = _refused(tmp_path, 'id = "x"\nopen_limit = 1\n')
    assert "nothing says who this is in the CRM: write email or user" in said


def test_a_rep_is_a_queue_or_the_rules_and_not_both(tmp_path: Path) -> None:
    said = _refused(tmp_path, QUEUE + "assignment_rules = true\n")
    assert "a rep is a queue or the CRM's assignment rules, not both" in said


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ('user = "005000000000001"', 'user = "005000000000001AAA"', "user"),
        ('queue = "Inbound"', 'queue = "inbound "', "queue"),
        ('queue = "00G000000000001AAA"', 'queue = "00G000000000001"', "queue"),
        ("assignment_rules = true", "assignment_rules = true", "assignment_rules"),
    ],
)
def test_two_reps_that_are_one_are_refused(tmp_path: Path, one: str, other: str, how: str) -> None:
    rows = [f'id = "{n}"\nopen_limit = 1\n{line}\n' for n, line in (("a", one), ("b", other))]
    said = _refused(tmp_path, *rows)
    assert f"reps a, b have one and the same {how}" in said
    assert "leave one of them" in said


def test_a_queue_wants_a_table_of_queues(tmp_path: Path) -> None:
    said = _refused(tmp_path, PERSON, QUEUE, mapping="")
    assert "teams.toml: rep 'in' is a queue, and mapping.toml reads none: add a table" in said


def test_two_users_of_one_name_of_a_user_and_an_address_are_two(tmp_path: Path) -> None:
    by_user = 'id = "bob"\nuser = "005000000000001"\nopen_limit = 1\n'
    files = load(_company(tmp_path, PERSON, by_user, QUEUE, mapping=TABLE), "acme")
    assert [rep.kind for rep in files.teams.reps] == ["person", "person", "queue"]


def test_assignment_rules_want_a_connector_that_has_them() -> None:
    from crmbridge.registry import cannot_assign

    files = load(MAPPINGS, "acme")
    rep: dict[str, Any] = {"id": "rules", "assignment_rules": True, "open_limit": 9}
    teams = Teams.model_validate({"company": "acme", "teams": [{"id": "t", "reps": [rep]}]})
    assert cannot_assign(files.mapping, teams) == []
    sales = files.mapping.sales.model_copy(update={"connector": "hubspot"})
    (said,) = cannot_assign(files.mapping.model_copy(update={"sales": sales}), teams)
    assert "rep 'rules' has assignment_rules, and HubSpot has none" in said
