"""What a connector is around its own parts, for a vendor that is made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

import crmbridge.kit
from crmbridge.connector import Finds, Info, Names, Nurtures, Place, Placed, Side
from crmbridge.errors import NotSupported, Refused, Unavailable, Unknown
from crmbridge.kit import envelope
from crmbridge.model.limits import Limits
from crmbridge.model.record import Field, Page, Record

VENDORS = ("hubspot", "salesforce", "simple_salesforce", "odoo", "tryton")


class Made(envelope.Finding):
    """A connector whose parts all do the same thing."""

    info: ClassVar[Info] = Info(
        name="made",
        title="Made",
        sides=frozenset({Side.SALES}),
        limits=Limits(read_page=1, write_batch=1, budgets=()),
        credentials={},
    )

    def __init__(self, deed: Callable[..., Any]) -> None:
        self.describes = self.reads = self.writes = self.finds = deed

    @staticmethod
    def canonical(name: str) -> str:
        return name.lower()

    def able(self, obj: str, power: str) -> str:
        if power == "find" and obj == "FORMS":
            raise NotSupported("no looking up of forms")
        return self.canonical(obj)

    def place(self) -> Place:
        return Place(id="7", sandbox=True)


def test_a_connector_has_the_powers_of_its_parts_and_no_others() -> None:
    made = Made(print)
    assert isinstance(made, Finds)
    assert isinstance(made, Names)
    assert isinstance(made, Placed)
    assert not isinstance(made, Nurtures)
    assert made.check() == "7"


def test_its_parts_are_asked_by_the_one_name_of_an_object() -> None:
    asked: list[Sequence[Any]] = []

    def deed(*args: Any) -> list[Any]:
        asked.append(args)
        return []

    made = Made(deed)
    assert (made.describe("LEADS"), list(made.read("Leads", [], None))) == ((), [])
    assert (made.write("leads", []), made.find("lEads", "id", [], [])) == ([], [])
    assert [args[0] for args in asked] == ["leads"] * 4
    with pytest.raises(NotSupported):
        made.find("FORMS", "id", [], [])


def odd(*_: Any) -> Any:
    return dict[str, Any]()["nothing"]


def odd_pages(*_: Any) -> Iterator[Page]:
    yield Page(records=(Record(obj="leads", id="1"),), cursor="", more=True)
    odd()


def test_an_odd_answer_to_a_read_is_tried_again_and_one_to_a_write_is_read_back() -> None:
    made = Made(odd)
    for deed in (
        lambda: made.describe("leads"),
        lambda: made.find("leads", "id", ["1"], []),
        lambda: list(Made(odd_pages).read("leads", [], None)),
    ):
        with pytest.raises(Unavailable, match="Made gave leads in a shape that cannot be read"):
            deed()
    with pytest.raises(Unknown, match="Made answered a write of leads"):
        made.write("leads", [])


def test_errors_of_ours_pass_as_they_are() -> None:
    def deed(*_: Any) -> tuple[Field, ...]:
        raise Refused("no such object", code="unknown")

    with pytest.raises(Refused):
        Made(deed).describe("leads")


def test_the_kit_names_no_vendor() -> None:
    home = Path(crmbridge.kit.__file__).parent
    texts = {path.name: path.read_text(encoding="utf-8").lower() for path in home.rglob("*.py")}
    assert len(texts) > 20
    assert [name for name, text in texts.items() if any(one in text for one in VENDORS)] == []
