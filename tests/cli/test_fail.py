"""What goes wrong is said in words and in the exit code, and never as a traceback."""

import os

import pytest

from crmbridge.cli.fail import guarded
from crmbridge.errors import ConfigError, CrmBridgeError, LedgerBusy, StopError
from crmbridge.store.lease import writer_lease
from tests.stages.line import Desk, Line


def fails(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "code"),
    [(ConfigError("x"), 1), (CrmBridgeError("x"), 1), (LedgerBusy("x"), 3), (StopError("x"), 3)],
)
def test_each_error_of_ours_has_its_exit_code(
    error: CrmBridgeError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(lambda: fails(error)) == code
    assert capsys.readouterr().err == "x\n"


def test_an_unexpected_error_is_short_and_hints_at_debug(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = ValueError("jo@buyer.example is odd")
    assert guarded(lambda: fails(error)) == 1
    said = capsys.readouterr().err
    assert "unexpected ValueError: [email] is odd" in said
    assert "--debug" in said
    assert "Traceback" not in said
    assert guarded(lambda: fails(error), debug=True) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_vendors_words_in_an_error_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    guarded(lambda: fails(CrmBridgeError("no \x1b[2J [red]x[/red]")))
    assert capsys.readouterr().err == "no \\x1b[2J [red]x[/red]\n"


def test_a_wrong_word_on_the_line_is_1_because_2_means_findings(bare: Line) -> None:
    for words in (["statsu"], ["status", "--jsn"], ["explain"], ["emulate", "--port", "x"]):
        said = bare.run(*words)
        assert said.code == 1
        assert "--help" in said.err


def test_a_missing_credential_is_named(bare: Line) -> None:
    for command in ("sync", "plan"):
        said = bare.run(command)
        assert said.code == 1
        assert "ACCESS_TOKEN" in said.err


def test_a_folder_without_companies_is_told(bare: Line) -> None:
    for command in (["status"], ["sync"], ["validate"]):
        said = bare.run(*command, "--config", str(bare.home / "data"))
        assert said.code == 1
        assert "crmbridge init" in said.err


def test_a_data_folder_that_is_not_there_is_not_made(bare: Line) -> None:
    bare.env["CRMBRIDGE_DATA_DIR"] = str(bare.home / "unmounted")
    said = bare.run("status")
    assert said.code == 1
    assert "CRMBRIDGE_DATA_DIR" in said.err
    assert f"{bare.home / 'unmounted'} does not exist: create it" in said.err
    assert not (bare.home / "unmounted").exists()
    (bare.home / "unmounted").mkdir()
    assert bare.run("capacity", "show").code == 0


def test_a_setting_with_a_wrong_value_is_named(bare: Line) -> None:
    bare.env["CRMBRIDGE_LOG_JSON"] = "perhaps"
    said = bare.run("status")
    assert said.code == 1
    assert said.err.startswith("CRMBRIDGE_LOG_JSON: ")


def test_a_second_writer_leaves_with_3_and_says_who_writes(desk: Desk) -> None:
    desk.ok("sync")
    plan = str(desk.home / "plan.json")
    desk.ok("plan", "--out", plan)
    with desk.ledger() as ledger, writer_lease(ledger):
        for words in (["sync"], ["apply", plan], ["ledger", "rebuild"]):
            said = desk.run(*words)
            assert said.code == 3
            assert f"process {os.getpid()}" in said.err
        writer = desk.json("status")["companies"][0]["writer"]
    assert writer["pid"] == os.getpid()


def test_readers_do_not_mind_a_writer(bare: Line) -> None:
    with bare.ledger() as ledger, writer_lease(ledger):
        assert f"written by process {os.getpid()}" in bare.ok("status").out
        for words in (["quota"], ["report", "funnel"], ["held", "list"]):
            bare.ok(*words)


def test_what_a_person_says_is_heard_beside_a_running_daemon(bare: Line) -> None:
    with bare.ledger() as ledger, writer_lease(ledger):
        bare.ok("capacity", "pause", "ann", "--by", "Mia")
        bare.ok("capacity", "resume", "ann", "--by", "Mia")
        assert bare.run("capacity", "pull", "--rep", "ann").code != 3
        for words in (["held", "retry", "abcd"], ["reinstate", "abcd", "--why", "x"]):
            assert bare.run(*words).code == 1


def test_debug_shows_the_traceback_wherever_it_stands_on_the_line(bare: Line) -> None:
    for words in (["--debug", "quota", "-c", "globex"], ["explain", "feedfeed", "--debug"]):
        said = bare.run(*words)
        assert said.code == 1
        assert "Traceback" in said.err


def test_a_company_with_a_fault_does_not_hide_the_others(bare: Line) -> None:
    bare.ok("init", "globex")
    bare.file("teams.toml").write_text("company = ")
    said = bare.run("status", "--json")
    assert said.code == 1
    one, two = said.data["companies"]
    assert (one["company"], two["company"]) == ("acme", "globex")
    assert "teams.toml" in one["error"]
    assert two["stages"] == {}
    assert "teams.toml" in bare.run("status").err
