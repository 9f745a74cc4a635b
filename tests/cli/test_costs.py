"""`crmbridge costs`: a file imported, refused, tried and shown from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.stages.line import Line

HEAD = "month,campaign,amount,currency\n"


def file(line: Line, *lines: str) -> str:
    made = line.home / "costs.csv"
    made.write_text(HEAD + "\n".join(lines), encoding="utf-8")
    return str(made)


def test_costs_are_imported_replaced_and_shown(bare: Line) -> None:
    said = bare.ok("costs", "import", file(bare, "2026-03,Fair,1000,EUR", "2026-03,TV,500,EUR"))
    assert said.out.splitlines()[0] == "2026-03: 1500.00 EUR for 2 campaigns"
    assert "No campaign is called 'Fair'; its cost counts in totals" in said.out
    again = file(bare, "2026-03,Fair,1200.50,EUR", "2026-03,Mail,2,USD")
    assert bare.ok("costs", "import", again, "--by", "Mia").out.splitlines()[:4] == [
        "2026-03: 1200.50 EUR, 2.00 USD for 2 campaigns; it was 1500.00 EUR for 2 campaigns",
        "  Fair: 1200.50 EUR, it was 1000.00 EUR",
        "  Mail: 2.00 USD, new",
        "  TV: not any more, it was 500.00 EUR",
    ]
    assert "2026-03: as it was" in bare.ok("costs", "import", again).out
    shown = bare.ok("costs", "show").out
    assert "In all: 1200.50 EUR, 2.00 USD" in shown
    data = bare.json("costs", "show")
    assert data["sums"] == {"EUR": "1200.50", "USD": "2.00"}
    assert data["unmatched"] == ["Fair", "Mail"]


def test_an_import_as_json_has_what_was_and_what_is(bare: Line) -> None:
    path = file(bare, "2026-03,Fair,1,EUR")
    first = bare.json("costs", "import", path)
    assert first["months"] == [
        {
            "month": "2026-03",
            "changed": True,
            "replaced": False,
            "before": [],
            "after": [{"campaign": "Fair", "amount": "1.00", "currency": "EUR"}],
        }
    ]
    second = bare.json("costs", "import", file(bare, "2026-03,Fair,2,EUR"), "--dry-run")
    (month,) = second["months"]
    assert (second["dry_run"], month["replaced"], month["before"][0]["amount"]) == (
        True,
        True,
        "1.00",
    )
    assert bare.json("costs", "show")["sums"] == {"EUR": "1.00"}


def test_a_dry_run_says_that_it_wrote_nothing(bare: Line) -> None:
    said = bare.ok("costs", "import", file(bare, "2026-03,Fair,1,EUR"), "--dry-run").out
    assert said.splitlines()[-1] == "Nothing was written."
    assert "No costs are known" in bare.ok("costs", "show").out


def test_a_faulty_file_leaves_with_one_and_names_every_line(bare: Line) -> None:
    path = file(
        bare, "March 2026,Fair,1,EUR", "2026-03,,1,EUR", '2026-03,TV,"1.200,50",EUR', "2026-03,A,1,"
    )
    said = bare.run("costs", "import", path)
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines() == [
        "costs.csv: line 2: month 'March 2026' is not as 2026-03: write 2026-03",
        "costs.csv: line 3: the campaign is empty: write its name, or its record in the CRM",
        "costs.csv: line 4: amount '1.200,50' is no plain number: write 1200.50",
        "costs.csv: line 5: the currency is missing: write its code of three letters, such as EUR",
        "Nothing was imported.",
    ]
    assert bare.json("costs", "show")["months"] == []


def test_a_terminal_obeys_nothing_that_a_file_says(bare: Line) -> None:
    names = ("=cmd|'/c calc'!A1", "[bold]x[/bold]", "a\u202eb", "@SUM(A1)")
    bare.ok("costs", "import", file(bare, *(f'2026-03,"{name}",1,EUR' for name in names)))
    shown = bare.ok("costs", "show").out
    for name in ("=cmd|'/c calc'!A1", "[bold]x[/bold]", "a\\u202eb", "@SUM(A1)"):
        assert name in shown
    said = bare.run("costs", "import", file(bare, "2026-03,\x1b[31mRed,1,EUR"))
    assert said.code == 1
    assert "\x1b" not in said.err


def test_a_file_that_is_not_there_is_named(bare: Line) -> None:
    said = bare.run("costs", "import", str(Path("no") / "such.csv"))
    assert said.code == 1
    assert "such.csv: No such file or directory" in said.err
    assert bare.run("costs", "import", str(bare.home)).code == 1
