"""What a user can meet has a place in the documentation: commands, settings, words, errors."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from crmbridge import errors
from crmbridge.cli import app
from crmbridge.files import load
from crmbridge.flows.fit.advice import KINDS
from crmbridge.mapping.transforms import TRANSFORMS
from crmbridge.mapping.words import RESULTS
from crmbridge.model.lead import FIELDS
from crmbridge.model.lifecycle import Stage
from crmbridge.policy.recycle import Reentry
from crmbridge.registry import connector
from crmbridge.settings import Settings
from crmbridge.store.schema import metadata
from tests.stages.places import MAPPINGS, ROOT

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)(?:#[^)]*)?\)")
HELD = re.compile(r"(?:scene\.hold\(\s*|set_aside\(scene, op, written, |written,\s+)\"([a-z_]+)\"")


def page(*parts: str) -> str:
    return DOCS.joinpath(*parts).read_text(encoding="utf-8")


def all_docs() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md")))


def commands(group: TyperGroup, *before: str) -> Iterator[str]:
    """Yield every command in full, such as `held list`."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *before, name)
        else:
            yield " ".join((*before, name))


def every_command() -> list[str]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return sorted(commands(group))


def names_in_code(text: str) -> set[str]:
    """The words that stand between backticks."""
    return {
        word for code in re.findall(r"`([^`\n]+)`", text) for word in re.split(r"[\s,|]+", code)
    }


@pytest.mark.parametrize("command", every_command())
def test_a_command_is_in_the_list_of_commands(command: str) -> None:
    assert re.search(rf"^\| `{re.escape(command)}[ `]", page("commands.md"), re.MULTILINE)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_in_the_table_of_settings(name: str) -> None:
    assert f"| `CRMBRIDGE_{name.upper()}` |" in page("README.md")


def test_every_variable_that_the_code_reads_is_described() -> None:
    code = [path.read_text("utf-8") for path in (ROOT / "crmbridge").rglob("*.py")]
    read = {name for text in code for name in re.findall(r"\"(CRMBRIDGE_[A-Z_]+)\"", text)}
    assert read
    assert read <= names_in_code(page("README.md"))


def test_no_setting_is_described_that_is_not_there() -> None:
    described = set(re.findall(r"^\| `CRMBRIDGE_([A-Z_]+)` \|", page("README.md"), re.MULTILINE))
    assert described == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.CrmBridgeError)
    ],
)
def test_an_error_is_in_the_table_of_errors(name: str) -> None:
    assert f"| `{name}` |" in page("README.md")


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_is_described(name: str) -> None:
    told = page("howto", "write-a-mapping.md").partition("## Transforms")[2]
    assert f"| `{name}` |" in told


@pytest.mark.parametrize("word", [*FIELDS, *RESULTS])
def test_a_word_for_a_field_is_described(word: str) -> None:
    assert word in names_in_code(page("howto", "write-a-mapping.md"))


@pytest.mark.parametrize("stage", [stage.value for stage in Stage])
def test_a_stage_is_in_the_glossary(stage: str) -> None:
    rows = re.findall(r"^\| ([a-z, ]+) \|", page("glossary.md"), re.MULTILINE)
    assert stage in {word for row in rows for word in row.split(", ")}


@pytest.mark.parametrize("table", metadata.tables)
def test_a_table_of_the_ledger_is_in_the_glossary(table: str) -> None:
    assert f"| `{table}` |" in page("glossary.md")


@pytest.mark.parametrize(
    "name", sorted(one.parent.name for one in (ROOT / "connectors").glob("*/connector.py"))
)
def test_a_connector_has_its_page_and_its_credentials_on_it(name: str) -> None:
    told = (ROOT / "connectors" / name / "README.md").read_text(encoding="utf-8")
    assert f"connectors/{name}/README.md" in page("README.md")
    assert (DOCS / "howto" / f"connect-{name}.md").is_file()
    missing = set(connector(name).info.credentials) - names_in_code(told)
    assert missing == set()


def held_kinds() -> list[str]:
    """The kinds of held work that the flows write, found in their text."""
    flows = (ROOT / "crmbridge" / "flows").rglob("*.py")
    return sorted(
        {kind for path in flows for kind in HELD.findall(path.read_text("utf-8"))} | KINDS
    )


def test_the_kinds_of_held_work_are_found_in_the_code() -> None:
    assert {"ambiguous", "conflict", "field_refused", "refused", "slow"} <= set(held_kinds())


@pytest.mark.parametrize("kind", held_kinds())
def test_a_kind_of_held_work_has_its_advice(kind: str) -> None:
    assert f"| `{kind}` |" in page("howto", "handle-held-work.md")


@pytest.mark.parametrize("word", [one.value for one in Reentry if one is not Reentry.REENTER])
def test_why_a_returned_lead_waits_is_explained(word: str) -> None:
    assert f"`{word}`" in page("howto", "read-an-explanation.md")


@pytest.mark.parametrize("side", ["marketing", "sales"])
def test_every_field_to_create_is_on_the_page_that_connects_the_system(side: str) -> None:
    """A field with our name in it does not exist in a new account."""
    mapping = load(MAPPINGS, "acme").mapping
    system = mapping.system(side)
    told = names_in_code(page("howto", f"connect-{system.connector}.md"))
    people = [entry.field for person in system.people for entry in person.fields.values()]
    keys = [person.key for person in system.people] + [system.task.key if system.task else ""]
    wanted = {name for name in [*people, *keys] if "crmbridge" in name.lower()}
    reasons = [system.lead.status.reason.field] if system.lead.status else []
    assert wanted
    assert wanted | set(reasons) <= told


@pytest.mark.parametrize(
    "path",
    [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md")), *ROOT.glob("connectors/**/*.md")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    broken = [target for target in targets if not (path.parent / target).exists()]
    assert broken == []


def test_every_decision_has_its_four_parts() -> None:
    parts = ["Context", "Options", "Decision", "Consequences"]
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert pages
    for one in pages:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", one.name)
        assert re.findall(r"^## (.+)$", one.read_text(encoding="utf-8"), re.MULTILINE) == parts


def test_the_readme_names_its_two_commands_and_they_are_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("scripts/demo", "scripts/test"):
        assert name in text
        assert (ROOT / name).is_file()


def test_the_changelog_has_this_version() -> None:
    from crmbridge import __version__

    assert __version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
