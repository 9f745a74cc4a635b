"""Own stages that contradict themselves, each told where it stands and with what to do."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from crmbridge.agreement import Agreement, fingerprint
from crmbridge.agreement.stages import name_of
from crmbridge.policy.stages.reach import unreachable
from tests.agreement.stage import AGREEMENT, lines_of, sign
from tests.stages.agreement import faults_of, findings
from tests.stages.line import Line
from tests.stages.places import ROOT

Edit = Callable[[str, str, str], None]
IS_SET = {"field": "email", "op": "is_set"}


def part(ident: str, name: str, when: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": ident, "name": name, "when": when or IS_SET, **more}


def found(agreed: dict[str, Any], stages: dict[str, Any]) -> list[str]:
    agreed["stages"] = stages
    return [text for is_fatal, text in findings(agreed) if is_fatal]


def test_an_agreement_without_stages_keeps_its_fingerprint(agreed: dict[str, Any]) -> None:
    model = Agreement.model_validate(agreed)
    assert fingerprint(model) == agreed["signed"][0]["hash"]
    agreed["stages"] = {"engaged": {"name": "Talking"}}
    assert fingerprint(Agreement.model_validate(agreed)) != agreed["signed"][0]["hash"]


def test_a_stage_that_nobody_names_has_its_own_word(agreed: dict[str, Any]) -> None:
    agreed["stages"] = {"engaged": {"name": "Talking", "parts": [part("mail", "Has mail")]}}
    stages = Agreement.model_validate(agreed).stages
    assert [name_of(stages, core) for core in ("engaged", "ready")] == ["Talking", "ready"]
    assert name_of(stages, "engaged", "mail") == "Has mail"
    assert name_of(stages, "engaged", "of_an_earlier_version") == "Talking"


def test_a_criterion_of_one_line_needs_no_id_of_its_own(agreed: dict[str, Any]) -> None:
    agreed["stages"] = {"engaged": {"parts": [part("mail", "Has mail")]}}
    (made,) = Agreement.model_validate(agreed).stages["engaged"].parts
    assert made.model_dump()["when"]["id"] == "mail"
    assert agreed["stages"]["engaged"]["parts"][0]["when"] == IS_SET


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ({"engagd": {"name": "A"}}, "stages.engagd: 'engagd' is none of known, engaged, "),
        ({"merged": {"name": "Gone"}}, "stages.merged: 'merged' is none of known, engaged, "),
        ({"engaged": {"nam": "A"}}, "stages.engaged.nam: unknown key; did you mean 'name'?"),
        (
            {"engaged": {"calls": {"marketin": "A"}}},
            "stages.engaged.calls.marketin: 'marketin' is none of marketing, sales; did you mean",
        ),
        (
            {"engaged": {"parts": [{"id": "a", "name": "A"}]}},
            "stages.engaged.parts #1.when: is mis",
        ),
        ({"engaged": {"parts": [{"id": "a", "when": IS_SET}]}}, "stages.engaged.parts #1.name: is"),
        (
            {"engaged": {"parts": [part("A b", "A")]}},
            "stages.engaged.parts #1.id: String should match pattern",
        ),
        (
            {"engaged": {"parts": [part("a", "A", {"field": "email", "op": "is_st"})]}},
            "did you mean 'is_set'?",
        ),
    ],
)
def test_a_wrong_shape_is_told_with_its_place(
    agreed: dict[str, Any], stages: dict[str, Any], words: str
) -> None:
    agreed["stages"] = stages
    (line,) = faults_of(Agreement, agreed)
    assert words in line


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        (
            {"engaged": {"parts": [part("a", "A")]}, "ready": {"parts": [part("a", "B")]}},
            "agreement.toml: stages.ready.parts 'a': stages.engaged.parts 'a' has the id 'a' too: "
            "give the part another id",
        ),
        (
            {"engaged": {"parts": [part("customer", "A")]}},
            "agreement.toml: stages.engaged.parts 'customer': the core stage 'customer' has the id "
            "'customer' too: give the part another id",
        ),
        (
            {"engaged": {"name": "Talking"}, "ready": {"parts": [part("a", " talking ")]}},
            "agreement.toml: stages.ready.parts 'a': the name 'talking' is that of stages.engaged "
            "too, and nobody could tell them apart: give one of them another name",
        ),
        (
            {"engaged": {"name": "Ready"}},
            "agreement.toml: stages.ready: the name 'ready' is that of stages.engaged too, and "
            "nobody could tell them apart: give one of them another name",
        ),
        (
            {"engaged": {"calls": {"sales": "A"}}, "ready": {"calls": {"sales": "A"}}},
            "agreement.toml: stages.ready.calls.sales: sales calls stages.engaged 'A' too: give it "
            "another value of the field, or leave it out",
        ),
        (
            {
                "engaged": {
                    "calls": {"sales": "A"},
                    "parts": [part("a", "B", calls={"sales": "A"})],
                }
            },
            "agreement.toml: stages.engaged.parts 'a'.calls.sales: sales calls stages.engaged 'A' "
            "too: give it another value of the field, or leave it out, and the part is called as "
            "its stage is",
        ),
        (
            {"disqualified": {"parts": [part("a", "A")]}},
            "agreement.toml: stages.disqualified cannot have parts: who is out stands in no order, "
            "and the reasons of [recycle.reasons] say why; take the parts away",
        ),
        (
            {"engaged": {"parts": [part("a", "A", {"field": "emial", "op": "is_set"})]}},
            "agreement.toml: stages.engaged.parts 'a': criterion 'a': unknown field 'emial'; did "
            "you mean 'email'?",
        ),
        (
            {"engaged": {"parts": [part("a", "A", {"field": "email", "op": "ge", "value": 3})]}},
            "agreement.toml: stages.engaged.parts 'a': criterion 'a': email is text, which has no "
            "ge; it has contains, ",
        ),
        (
            {"engaged": {"parts": [part("a", "A", {"field": "fit", "op": "ge", "value": "x"})]}},
            "agreement.toml: stages.engaged.parts 'a': criterion 'a': ge on fit takes a number, "
            "such as 35",
        ),
    ],
)
def test_a_contradiction_is_refused_with_its_place_and_what_to_do(
    agreed: dict[str, Any], stages: dict[str, Any], words: str
) -> None:
    (line,) = found(agreed, stages)
    assert line.startswith(words)


def test_a_stage_of_which_nothing_is_said_is_mentioned(agreed: dict[str, Any]) -> None:
    agreed["stages"] = {"engaged": {}}
    assert (
        False,
        "agreement.toml: stages.engaged says nothing: give it a name or parts, or take it away",
    ) in findings(agreed)


def write(line: Line, text: str) -> None:
    """Put stages under the example's agreement, which nobody has signed then."""
    path = line.file(AGREEMENT)
    whole = path.read_text("utf-8")
    start, rest = whole.split("signed = [", 1)
    path.write_text(start + "signed = []" + rest.split("\n]", 1)[1] + text, "utf-8")


PART = """
[stages.engaged]
name = "Talking"
[[stages.engaged.parts]]
id   = "keen"
name = "Keen"
when = {when}
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            PART.format(when='{ field = "engagement", op = "gt", value = 100 }'),
            "agreement.toml: stages.engaged.parts 'keen': nobody can enter it: no lead that is "
            "engaged meets its `when`, whatever is known of it; change the criteria, or take the "
            "part away",
        ),
        (
            PART.format(when='{ field = "engagement", op = "ge", value = 40 }')
            + '[[stages.engaged.parts]]\nid = "warm"\nname = "Warm"\n'
            + 'when = { field = "engagement", op = "ge", value = 20 }\n',
            "agreement.toml: stages.engaged.parts 'keen': nobody can enter it: who meets it meets "
            "'warm' too, and of the parts that a lead meets the last counts; put the part that is "
            "harder to reach last, or change the criteria",
        ),
        (
            '\n[stages.engaged]\ncalls = { marketing = "customer" }\n',
            "agreement.toml: stages.engaged.calls.marketing: mapping.toml calls customer "
            "'customer' in lifecyclestage, and nobody could tell the two apart there: give one of "
            "them another value of the field",
        ),
        (
            '\n[stages.engaged]\ncalls = { sales = "Warm" }\n',
            "agreement.toml: stages.engaged.calls.sales: mapping.toml has no line `stage` with way "
            "= \"out\" under sales, so that 'Warm' goes nowhere: add the line, or take the name "
            "out",
        ),
    ],
)
def test_validate_refuses_what_cannot_be(bare: Line, text: str, words: str) -> None:
    write(bare, text)
    said = bare.run("validate")
    assert said.code == 1
    assert lines_of(bare, said) == [words]
    refused = bare.run("agreement", "approve", "--side", "sales", "--name", "Priya Raman")
    assert (refused.code, words in refused.err) == (1, True)


def test_a_name_that_the_mapping_gives_the_same_stage_is_fine(bare: Line) -> None:
    """The mapping calls known, engaged and nurture `lead`; so may the agreement."""
    write(bare, '\n[stages.engaged]\ncalls = { marketing = "lead" }\n')
    assert bare.run("validate").code == 0


def test_stages_are_signed_shown_and_compared(bare: Line) -> None:
    text = PART.format(when='{ field = "engagement", op = "ge", value = 20 }')
    write(bare, text + 'calls = { marketing = "Keen lead" }\n')
    sign(bare)
    shown = bare.ok("agreement", "show").out
    assert "12. What we call the stages of a lead" in shown
    assert "engaged is called Talking" in shown
    assert "Keen (keen); marketing calls it Keen lead, who meets:" in shown
    assert "- keen: engagement score is at least 20" in shown
    bare.ok("agreement", "draft", "--from", "2027-01-01")
    second = bare.file("agreements/v2.toml")
    draft = second.read_text("utf-8").replace('"Keen lead"', '"Hot lead"')
    draft = draft.replace('name = "Talking"', 'name = "Chatting"')
    second.write_text(draft.replace('op = "ge", value = 20', 'op = "ge", value = 25'), "utf-8")
    said = bare.ok("agreement", "diff", "1", "2").out
    assert "stage engaged: Talking -> Chatting" in said
    assert (
        "part 'keen' of the stage engaged, criterion keen: engagement score is at least 20, under "
        "the top -> engagement score is at least 25, under the top"
    ) in said
    assert "part 'keen' of the stage engaged, called by marketing: Keen lead -> Hot lead" in said


def test_the_example_of_the_guide_is_one_that_both_could_sign(agreed: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "agreement.md").read_text("utf-8")
    block = page.split("### Stages of your own")[1].split("```toml")[1].split("```")[0]
    agreed["stages"] = tomllib.loads(block)["stages"]
    assert [text for is_fatal, text in findings(agreed) if is_fatal] == []
    made = Agreement.model_validate(agreed)
    assert unreachable(made) == []
    assert [part.id for part in made.stages["engaged"].parts] == ["curious", "warm"]
