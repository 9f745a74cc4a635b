"""Odd answers of an Odoo: its own errors, those of something before it, odd shapes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connectors.odoo.connector import Odoo
from crmbridge.errors import (
    ConfigError,
    ConnectorError,
    NotSupported,
    RefusalCause,
    Refused,
    Unavailable,
)
from crmbridge.model.record import Outcome, Row
from crmbridge.testing.proxy import Proxy
from crmbridge.testing.upstream import Asked, Told

FIELDS = {
    "id": {"type": "integer", "string": "ID", "readonly": True},
    "contact_name": {"type": "char", "string": "Contact", "readonly": False},
    "user_id": {
        "type": "many2one",
        "string": "Salesperson",
        "readonly": False,
        "relation": "res.users",
    },
    "x_crmbridge_id": {"type": "char", "string": "Ours", "readonly": False},
    "write_date": {"type": "datetime", "string": "Changed", "readonly": True},
}
NOTHING = {"length": 0, "records": []}


class Scripted:
    """An Odoo that answers a method by what stands in `says`: a value, or a status and a value."""

    def __init__(self) -> None:
        self.says: dict[str, Any] = {
            "fields_get": FIELDS,
            "web_search_read": NOTHING,
            "search_read": [],
        }
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def ask(self, asked: Asked) -> Told:
        method = asked.path.rpartition("/")[2]
        self.asked.append((method, json.loads(asked.body)))
        said = self.says[method]
        status, body = said if isinstance(said, tuple) else (200, said)
        headers = {
            "content-type": "application/json",
            "date": "Mon, 02 Nov 2026 09:00:00 GMT",
        }
        return Told(status=status, headers=headers, body=json.dumps(body).encode())

    def bodies(self, method: str) -> list[dict[str, Any]]:
        return [body for name, body in self.asked if name == method]


def error(status: int, name: str, message: str = "No") -> tuple[int, dict[str, Any]]:
    """An error as Odoo itself tells it."""
    return status, {"name": name, "message": message, "arguments": [], "debug": "Traceback"}


@pytest.fixture
def script() -> Scripted:
    return Scripted()


@pytest.fixture
def connect(script: Scripted) -> Iterator[Callable[..., Odoo]]:
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy(script, kind=lambda _: "", swap={}))

        def made(database: str = "", **options: Any) -> Odoo:
            told = {"API_KEY": "a-key", "BASE_URL": proxy.url, "DATABASE": database}
            odoo = Odoo(told, options, None)
            stack.callback(odoo.close)
            return odoo

        yield made


def row(**values: Any) -> Row:
    return Row(op="op1", key="lead-1", values=values)


@pytest.mark.parametrize(
    ("said", "kind", "cause"),
    [
        (error(403, "odoo.exceptions.AccessError"), Refused, RefusalCause.RIGHTS),
        (error(404, "werkzeug.exceptions.NotFound"), Refused, None),
        (error(422, "odoo.exceptions.ValidationError"), Refused, None),
        (
            error(500, "builtins.ValueError", "Invalid field crm.lead.x_own in condition"),
            Refused,
            RefusalCause.NO_FIELD,
        ),
        (error(409, "odoo.exceptions.LockError"), Unavailable, None),
        (error(500, "psycopg2.errors.SerializationFailure"), Unavailable, None),
        (error(500, "builtins.RecursionError"), Unavailable, None),
    ],
)
def test_an_error_of_odoo_s_own_says_what_to_do_next(
    script: Scripted,
    connect: Callable[..., Odoo],
    said: Any,
    kind: type[ConnectorError],
    cause: RefusalCause | None,
) -> None:
    script.says["web_search_read"] = said
    with pytest.raises(kind) as caught:
        connect().find("crm.lead", "contact_name", ["x"], ("contact_name",))
    if cause is not None:
        assert isinstance(caught.value, Refused)
        assert caught.value.cause is cause
        assert caught.value.field in {"", "x_own"}


def test_an_error_of_odoo_s_own_undid_the_write_and_another_one_leaves_it_unknown(
    script: Scripted, connect: Callable[..., Odoo]
) -> None:
    script.says["load"] = error(500, "psycopg2.OperationalError")
    (told,) = connect().write("crm.lead", [row(contact_name="x")])
    assert told.outcome is Outcome.LATER
    script.says["load"] = (502, {"message": "bad gateway"})
    (told,) = connect().write("crm.lead", [row(contact_name="x")])
    assert told.outcome is Outcome.UNKNOWN


def test_an_error_repeats_nothing_that_odoo_quotes(
    script: Scripted, connect: Callable[..., Odoo]
) -> None:
    said = "Wrong value for email_from: 'jo@buyer.example' of \"Jo\" +49 30 1234567"
    script.says["web_search_read"] = error(422, "odoo.exceptions.UserError", said)
    with pytest.raises(Refused) as caught:
        connect().find("crm.lead", "contact_name", ["x"], ())
    assert "Wrong value for email_from" in str(caught.value)
    assert not [one for one in ("jo@", "Jo", "1234567") if one in str(caught.value)]


@pytest.mark.parametrize("body", [[], {"records": []}, {"length": "many", "records": []}, None])
def test_a_page_of_another_shape_is_for_later(
    script: Scripted, connect: Callable[..., Odoo], body: Any
) -> None:
    script.says["web_search_read"] = body
    with pytest.raises(Unavailable):
        list(connect().read("crm.lead", ("contact_name",), None))


@pytest.mark.parametrize("body", [{}, {"ids": False, "messages": []}, {"ids": [1, 2]}, [], None])
def test_a_write_whose_answer_says_nothing_is_unknown(
    script: Scripted, connect: Callable[..., Odoo], body: Any
) -> None:
    script.says["load"] = body
    (told,) = connect().write("crm.lead", [row(contact_name="x")])
    assert told.outcome is Outcome.UNKNOWN


def test_a_field_that_vanished_is_read_without(
    script: Scripted, connect: Callable[..., Odoo]
) -> None:
    odoo = connect()
    names = ("contact_name", "x_crmbridge_id")
    assert list(odoo.read("crm.lead", names, None))
    script.says["fields_get"] = {n: one for n, one in FIELDS.items() if n != "x_crmbridge_id"}
    asked: list[dict[str, Any]] = []

    def answer(found: dict[str, Any]) -> Any:
        asked.append(found)
        gone = "x_crmbridge_id" in found["specification"]
        bad = error(500, "builtins.ValueError", "Invalid field 'x_crmbridge_id' on 'crm.lead'")
        return bad if gone else NOTHING

    class Answers(dict[str, Any]):
        def __getitem__(self, method: str) -> Any:
            if method == "web_search_read":
                return answer(script.asked[-1][1])
            return super().__getitem__(method)

    script.says = Answers(script.says)
    assert list(odoo.read("crm.lead", names, None))
    assert list(asked[-1]["specification"]) == ["contact_name", "id", "write_date"]


def test_a_database_is_named_in_each_call_and_in_the_account_s_id(
    script: Scripted, connect: Callable[..., Odoo]
) -> None:
    script.says["search_read"] = [{"id": 1, "create_date": "2026-03-01 10:00:00"}]
    assert connect(database="crm").check() == "crm2026-03-01T10:00:00"
    assert connect().check() == "2026-03-01T10:00:00"
    script.says["search_read"] = []
    with pytest.raises(Unavailable):
        connect().check()


def test_options_are_checked_and_go_with_each_call(
    script: Scripted, connect: Callable[..., Odoo]
) -> None:
    list(connect(language="de_DE", company=3).read("crm.lead", ("contact_name",), None))
    context = script.bodies("web_search_read")[0]["context"]
    assert (context["lang"], context["allowed_company_ids"]) == ("de_DE", [3])
    assert context["active_test"] is False
    for wrong in ({"company": 0}, {"language": ""}, {"page": 3}, {"limits": {"daily": 1}}):
        with pytest.raises(ConfigError):
            Odoo.check_config(wrong)


def test_a_look_up_by_ids_that_are_none_of_odoo_s_asks_for_none(
    script: Scripted, connect: Callable[..., Odoo]
) -> None:
    connect().find("crm.lead", "id", ["7", "007-x", "99999999999", "-1"], ())
    assert script.bodies("web_search_read")[0]["domain"] == [["id", "in", [7]]]


def test_there_is_no_find_of_an_object_that_there_is_not(
    script: Scripted, connect: Callable[..., Odoo]
) -> None:
    script.says["fields_get"] = error(404, "werkzeug.exceptions.NotFound")
    with pytest.raises((Refused, NotSupported)):
        connect().find("no.model", "id", ["7"], ())
