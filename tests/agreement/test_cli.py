"""`crmbridge agreement` as the people who own it use it, from the first file to a changed bar."""

from collections.abc import Callable

import pytest

from tests.agreement.stage import sign
from tests.stages.agreement import next_version
from tests.stages.line import Desk, Line
from tests.stages.texts import change

Edit = Callable[[str, str, str], None]


def test_show_prints_the_version_in_force_as_a_page(bare: Line) -> None:
    said = bare.ok("agreement", "show").out
    assert "version 1, from 2026-01-01 00:00 Europe/Berlin; in force" in said
    assert "engaged: engagement score is at least 35" in said
    assert "for sales: Priya Raman, on 2025-12-17" in said
    data = bare.json("agreement", "show", "--version", "1")
    assert (data["status"], data["agreement"]["version"]) == ("effective", 1)
    assert bare.run("agreement", "show", "--version", "7").err == (
        "there is no version 7; there are: 1\n"
    )


def test_a_changed_bar_is_tried_compared_and_signed(bare: Line) -> None:
    path = next_version(bare.file(""))
    change(path, 'op = "ge", value = 35', 'op = "ge", value = 30')
    assert "11 examples, all as expected" in bare.ok("agreement", "test", str(path)).out
    said = bare.ok("agreement", "diff", "1", str(path)).out
    assert "engagement score is at least 35" in said
    assert "engagement score is at least 30" in said
    assert "nobody in sales has signed version 2" in bare.ok("validate").out
    sign(bare, path)
    assert bare.ok("validate").out == "All well.\n"
    assert bare.json("agreement", "show", "--version", "2")["status"] in ("approved", "effective")
    assert bare.json("agreement", "diff", "1", "2")["changes"]


def test_a_failing_example_stands_in_the_way_of_a_signature(bare: Line) -> None:
    path = next_version(bare.file(""))
    change(path, 'op = "ge", value = 35', 'op = "ge", value = 60')
    said = bare.run("agreement", "test", str(path))
    assert said.code == 1
    assert "FAIL  three papers" in said.out
    assert "expected ready, but these keep it back: engaged, raised_hand" in said.out
    before = path.read_text(encoding="utf-8")
    said = bare.run("agreement", "approve", str(path), "--side", "sales", "--name", "Priya Raman")
    assert said.code == 1
    assert "Not signed:" in said.err
    assert "three papers" in said.err
    assert path.read_text(encoding="utf-8") == before
    assert bare.run("validate").code == 1


@pytest.mark.parametrize(
    ("side", "name", "words"),
    [
        ("sales", "Dana Ortiz", "is no owner of sales; [owners] names Priya Raman"),
        ("marketing", "Priya Raman", "is no owner of marketing"),
        ("finance", "Priya Raman", "--side is marketing or sales, not 'finance'"),
    ],
)
def test_only_an_owner_of_the_side_signs(bare: Line, side: str, name: str, words: str) -> None:
    path = next_version(bare.file(""))
    said = bare.run("agreement", "approve", str(path), "--side", side, "--name", name)
    assert said.code == 1
    assert words in said.err


def test_nobody_signs_what_was_changed_after_the_other_side_signed(bare: Line) -> None:
    path = next_version(bare.file(""))
    bare.ok("agreement", "approve", str(path), "--side", "marketing", "--name", "Dana Ortiz")
    change(path, 'op = "ge", value = 35', 'op = "ge", value = 34')
    said = bare.run("agreement", "approve", str(path), "--side", "sales", "--name", "Priya Raman")
    assert said.code == 1
    assert "the file was changed after somebody signed it" in said.err


def test_a_company_that_nobody_signed_for_is_planned_with_and_never_written(
    desk: Desk, edit: Edit
) -> None:
    text = desk.file("agreement.toml").read_text(encoding="utf-8")
    start, rest = text.split("signed = [", 1)
    desk.file("agreement.toml").write_text(
        start + "signed = []" + rest.split("\n]", 1)[1], encoding="utf-8"
    )
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.form("jo@buyer.example")
    desk.ok("sync")
    plan = str(desk.home / "plan.json")
    desk.ok("plan", "--out", plan)
    said = desk.run("apply", plan)
    assert said.code == 1
    assert "version 1 of the agreement is not signed by marketing and sales" in said.err
    assert "crmbridge agreement approve --company acme --side marketing" in said.err
    assert desk.run("run").code == 1
    assert desk.box.sales.state("Lead") == []
    sign(desk)
    desk.ok("apply", plan)
    assert len(desk.box.sales.state("Lead")) == 1


def test_a_founded_company_signs_its_own_copy(bare: Line) -> None:
    said = bare.ok("init", "globex").out
    assert "crmbridge agreement approve --company globex --side marketing" in said
    words = ("--company", "globex", "--side", "sales", "--name", "Priya Raman")
    assert "Still to sign: marketing." in bare.ok("agreement", "approve", *words).out


def test_a_backtest_of_no_history_says_so(bare: Line) -> None:
    path = next_version(bare.file(""))
    said = bare.ok("agreement", "backtest", str(path), "--from", "2026-01-01").out
    assert "Nothing to look back on" in said
    assert bare.run("agreement", "backtest", str(path), "--from", "soon").err == (
        "'soon' is no day: write it as in 2026-03-02\n"
    )


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("version        = 2", "version        = 1", "2 files say version = 1"),
        ("= 2026-07-01 ", "= 2026-01-01 ", "versions 1 and 2 both take effect on 2026-01-01"),
        ("\nbad_timing ", "\n# ", "has no row in the recycle table of agreements/v2.toml"),
    ],
)
def test_what_does_not_go_with_the_other_files_is_not_signed(
    bare: Line, before: str, after: str, why: str
) -> None:
    path = next_version(bare.file(""))
    change(path, before, after)
    said = bare.run(
        "agreement", "approve", str(path), "--side", "marketing", "--name", "Dana Ortiz"
    )
    assert (said.code, said.err.splitlines()[0]) == (1, "Not signed:")
    assert why in said.err
    assert "signed = []" in path.read_text(encoding="utf-8")


def test_a_criterion_that_nothing_can_meet_is_named_beside_the_examples(bare: Line) -> None:
    path = next_version(bare.file(""))
    change(path, 'field = "engagement", ', 'field = "engagment", ')
    said = bare.run("agreement", "test", str(path))
    assert said.code == 1
    assert "FAIL  three papers and the prices within three weeks: not ready" in said.out
    assert (
        "fault: agreements/v2.toml: criterion 'engaged': unknown field 'engagment'; did you mean "
        "'engagement'?"
    ) in said.out


def test_a_new_example_is_one_line_of_a_comparison(bare: Line) -> None:
    path = next_version(bare.file(""))
    with path.open("a", encoding="utf-8") as out:
        out.write('[[test]]\nname = "new"\nas_of = 2026-07-02\nexpect = "not"\n')
    said = bare.ok("agreement", "diff", "1", str(path)).out
    assert said.splitlines()[-1] == "  example 'new': new: expect not"
    change(path, '"not"\nfailing = ["permission"]', '"not"\nfailing = ["email"]')
    said = bare.ok("agreement", "diff", "1", str(path)).out
    assert "  example 'may not be written to'.failing: permission -> email" in said


def test_who_signs_second_is_told_what_to_look_at(bare: Line) -> None:
    path = next_version(bare.file(""), day="2025-06-01")
    said = bare.ok("agreement", "approve", str(path), "--side", "marketing", "--name", "Dana Ortiz")
    assert "look: version 2 takes effect on 2025-06-01, before version 1 does" in said.out


@pytest.mark.parametrize(
    ("day", "look"),
    [
        ("2026-01-02", "look: that day has begun, so it will be in force as soon as both have"),
        ("2025-06-01", "look: version 1 begins later, on 2026-01-01, and would keep its place"),
        ("2999-01-01", ""),
    ],
)
def test_a_draft_for_a_day_that_is_over_is_told_of(bare: Line, day: str, look: str) -> None:
    said = bare.ok("agreement", "draft", "--from", day).out.splitlines()
    assert len(said) == (3 if look else 2)
    assert said[-1].startswith(look or "It shall hold from 2999-01-01")
