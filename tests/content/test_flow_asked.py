"""Which piece somebody is asked to rate, for how long the link stays the same, and whom it asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from crmbridge.files import CompanyFiles
from crmbridge.flows.content.asked import Piece, last_read
from crmbridge.flows.owed.brief import Brief
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from tests.content.stage import PIECE, company_in
from tests.stages.places import START

BOOK = "Handbook: inline control, chapter by chapter"


def touch(days: float, asset: str, kind: str = "form") -> Touch:
    ref = Ref(system="marketing", obj="form", id=f"{asset}@{days}")
    return Touch(ref=ref, at=START + timedelta(days=days), kind=kind, asset=asset)


def found(files: CompanyFiles, folder: Path, *touches: Touch) -> Piece | None:
    company = company_in(files, folder)
    try:
        return last_read(company, touches)
    finally:
        company.close()


def test_it_is_the_last_piece_of_the_catalogue(acme: CompanyFiles, tmp_path: Path) -> None:
    read = (touch(2, "/case-study/a"), touch(1, "/vbook/1"), touch(3, "/about-us"))
    assert found(acme, tmp_path, *read) == Piece(title=PIECE, at=read[0].at)


def test_it_is_nothing_for_who_read_nothing_of_it(acme: CompanyFiles, tmp_path: Path) -> None:
    assert found(acme, tmp_path) is None
    assert found(acme, tmp_path, touch(1, "/about-us"), touch(2, "/vbook/1", "webinar")) is None


def test_who_goes_on_with_a_piece_keeps_the_link_for_two_months(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    read = [touch(day, "/vbook/1") for day in (0, 20, 40, 59)]
    assert found(acme, tmp_path, *read) == Piece(title=BOOK, at=START)
    later = touch(61, "/vbook/2")
    assert found(acme, tmp_path, *read, later) == Piece(title=BOOK, at=later.at)


def test_who_comes_back_to_a_piece_has_another_link(acme: CompanyFiles, tmp_path: Path) -> None:
    read = (touch(0, "/vbook/1"), touch(1, "/case-study/a"), touch(2, "/vbook/1"))
    assert found(acme, tmp_path, *read) == Piece(title=BOOK, at=read[2].at)


RATE = "https://crm.example/rate/" + "x" * 200


def test_the_address_of_a_brief_is_never_cut(acme: CompanyFiles) -> None:
    long = Brief(who="Jo", read=tuple(f"{n} " + "y" * 100 for n in range(30)), rate=RATE)
    text = long.text()
    assert len(text) == 1_500
    assert text.endswith(f"…\nRate it: {RATE}")
    assert "Rate it" not in replace(long, rate="").text()
    both = replace(long, own="https://crm.example/rep/x").text()
    assert both.endswith(f"…\nRate it: {RATE}\nYour leads: https://crm.example/rep/x")
    assert len(both) == len(text)
    assert Brief(who="Jo", rate=RATE).text().splitlines()[-1] == f"Rate it: {RATE}"
