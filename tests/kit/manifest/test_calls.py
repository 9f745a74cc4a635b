"""How calls of a manifest show who they are, and what the vendor's errors mean."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from crmbridge.connector import Reconciles
from crmbridge.errors import (
    AuthFailed,
    ConfigError,
    NotSupported,
    RefusalCause,
    Refused,
    Throttled,
    Unavailable,
)
from crmbridge.kit.manifest.load import read
from crmbridge.kit.manifest.verdicts import Verdicts
from crmbridge.model.record import Outcome
from crmbridge.report.connector.powers import powers_of
from tests.kit.manifest.shop import (
    DATE,
    Answer,
    Asked,
    Shop,
    changed,
    connected,
    connector,
    row,
    shop,
)
from tests.stages.server import http

AUTH = 'kind = "bearer"\ntoken = "{credentials.KEY}"'
RULES = """
[[errors]]
status = [403]
kind = "refused"
cause = "rights"

[[errors]]
code = "^busy$"
kind = "later"

[[errors]]
code = "^many$"
kind = "throttled"
wait = 7.0

[[errors]]
code = "^day$"
kind = "daily"

[[errors]]
code = "^who$"
kind = "auth"

[[errors]]
code = "^plan$"
kind = "unsupported"

[[errors]]
text = 'field (?P<field>\\w+) is'
kind = "refused"
cause = "field"

[check]
"""


def asked_with(auth: str) -> Asked:
    """The call of a check under some way of showing who we are."""
    came: list[Asked] = []

    def answer(asked: Asked) -> Answer:
        came.append(asked)
        return {"id": 7}

    with shop(answer) as server:
        one = connected(server, changed((AUTH, auth)))
        assert one.check() == "7"
    return came[-1]


def test_a_token_stands_where_the_vendor_wants_it() -> None:
    key = 'token = "{credentials.KEY}"'
    assert asked_with(AUTH).headers["authorization"] == "Bearer k-1"
    own = asked_with(f'kind = "header"\nname = "X-Key"\nprefix = "Token "\n{key}')
    assert own.headers["x-key"] == "Token k-1"
    assert "authorization" not in own.headers
    basic = asked_with('kind = "basic"\ntoken = "me:{credentials.KEY}"').headers["authorization"]
    assert base64.b64decode(basic.removeprefix("Basic ")) == b"me:k-1"
    asked = asked_with(f'kind = "query"\nname = "key"\n{key}')
    assert asked.query == {"key": "k-1"}
    assert "authorization" not in asked.headers
    assert "authorization" not in asked_with('kind = "none"').headers


SESSION = """kind = "session"
prefix = "Session "
base64 = true
token = "me:{answer/token}"
login = { method = "POST", path = "/login", body = { key = "{credentials.KEY}" } }"""


def test_a_session_that_is_over_is_opened_once_more() -> None:
    came: list[str] = []
    good = [2]

    def answer(asked: Asked) -> Answer:
        came.append(asked.call)
        if asked.call == "POST /login":
            assert "authorization" not in asked.headers
            assert asked.body == {"key": "k-1"}
            return {"token": came.count("POST /login")}
        packed = asked.headers["authorization"].removeprefix("Session ")
        number = int(base64.b64decode(packed).decode().removeprefix("me:"))
        return {"id": 7} if number == good[0] else (401, {})

    with shop(answer) as server:
        one = connected(server, changed((AUTH, SESSION)))
        assert one.check() == "7"
        assert came == ["POST /login", "GET /me", "POST /login", "GET /me"]
        one.check()
        assert came[4:] == ["GET /me"]
        good[0] = 9
        with pytest.raises(AuthFailed):
            one.check()


def test_a_login_without_a_session_is_told() -> None:
    with shop(lambda _: {"nothing": 1}) as server, pytest.raises(AuthFailed, match="user and"):
        connected(server, changed((AUTH, SESSION))).check()


@pytest.mark.parametrize(
    ("answer", "kind", "cause"),
    [
        ((403, {}), Refused, RefusalCause.RIGHTS),
        ({"error": {"code": "busy"}}, Unavailable, None),
        ({"error": {"code": "many"}}, Throttled, None),
        ({"error": {"code": "day"}}, Throttled, None),
        ({"error": {"code": "who"}}, AuthFailed, None),
        ({"error": {"code": "plan"}}, NotSupported, None),
        ({"error": {"text": "field name is odd"}}, Refused, RefusalCause.FIELD),
        ({"error": {"code": "else", "text": "no"}}, Refused, None),
        ((500, {"error": {"code": "plan"}}), NotSupported, None),
        ((500, {}), Unavailable, None),
        ((404, {}), Refused, None),
    ],
)
def test_an_error_is_what_the_rules_say_also_inside_a_good_answer(
    answer: Answer, kind: type[Exception], cause: RefusalCause | None
) -> None:
    with shop(lambda _: answer) as server:
        one = connected(server, changed(("[check]", RULES)))
        with pytest.raises(kind) as caught:
            one.check()
    assert type(caught.value) is kind
    assert getattr(caught.value, "cause", None) is cause


def test_a_quota_is_waited_for_as_the_vendor_or_else_the_manifest_says() -> None:
    text = changed(("[check]", RULES))
    with shop(lambda _: {"error": {"code": "many"}}) as server:
        with pytest.raises(Throttled) as caught:
            connected(server, text).check()
        assert caught.value.retry_after == 7
    with shop(lambda _: {"error": {"code": "day"}}) as server:
        with pytest.raises(Throttled) as caught:
            connected(server, text).check()
        assert caught.value.daily


def test_what_must_be_true_and_is_not_is_an_error() -> None:
    text = changed(('error = "error"', 'ok = "success"'), ("[check]", RULES))
    for said in ({"id": 7}, {"id": 7, "success": False}, {"id": 7, "success": 1}):
        with shop(lambda _, said=said: said) as server, pytest.raises(Refused):
            connected(server, text).check()
    with shop(lambda _: {"id": 7, "success": True}) as server:
        assert connected(server, text).check() == "7"


def test_a_vendors_words_are_told_without_what_it_quotes() -> None:
    said = 'the value "Ann Becker" of ann@acme.example (+49 30 901820) is not taken'
    with (
        shop(lambda _: {"error": {"code": "bad", "text": said}}) as server,
        pytest.raises(Refused) as caught,
    ):
        connected(server).check()
    assert str(caught.value) == "Shop: the value … of … (…) is not taken"
    assert caught.value.code == "bad"


def test_an_answer_without_the_accounts_id_says_nothing_of_it() -> None:
    with shop(lambda _: {"else": 1}) as server, pytest.raises(Unavailable, match="its account"):
        connected(server).check()


def test_a_credential_or_an_option_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigError, match="Shop: set KEY: in the shop's settings"):
        connector()({"BASE_URL": "http://127.0.0.1:1"})
    with pytest.raises(ConfigError, match="Shop: set BASE_URL"):
        connector()({"KEY": "k"})
    with pytest.raises(ConfigError, match="Shop has no option 'page'; did you mean 'page_size'"):
        connector().check_config({"page": 3})
    host = changed(("[credentials]", 'base_url = "https://{options.host}.example"\n[credentials]'))
    made = connector(f'{host}\n[options.host]\nwhat = "the first part of your address"\n')
    with pytest.raises(ConfigError, match=r"no value for options\.host"):
        made({"KEY": "k"})
    one = made({"KEY": "k"}, {"host": "northwind"})
    assert "Transport(northwind.example)" in repr(one)
    one.close()


def test_an_own_option_is_checked_as_the_manifest_says() -> None:
    made = connector(
        changed() + '[options.number]\nwhat = "a number"\nnumber = true\nleast = 3\nmost = 9\n'
        '[options.name]\nwhat = "two letters"\npattern = "[a-z]{2}"\n'
        '[options.on]\nwhat = "a switch"\ndefault = true\n'
    )
    made.check_config({"number": 3, "name": "ab", "on": False, "limits": {}, "key_field": "ours"})
    wrong: list[dict[str, Any]] = [
        {"number": 2},
        {"name": "abc"},
        {"on": "no"},
        {"limits": {"x": 1}},
    ]
    for config in wrong:
        with pytest.raises(ConfigError):
            made.check_config(config)


def test_an_answer_without_a_body_is_no_error() -> None:
    text = changed(
        ('error = "error"', 'ok = "success"'),
        ("batch = 2", "batch = 1"),
        ('path = "/people", body = ["{pairs...}"]', 'path = "/people/{id}", body = "{values}"'),
    )
    with Shop(lambda seen, number: [http(204, b"", date=DATE)]) as server:
        (told,) = connected(server, text).write("people", [row("7", name="x")])
    assert told.outcome is Outcome.DONE


def test_the_field_at_fault_may_stand_at_a_path_of_its_own() -> None:
    text = changed(('code = "error/code"\n', 'code = "error/code"\nfield = "error/field"\n'))
    rule = '\n[[errors]]\nstatus = [422]\nkind = "refused"\ncause = "field"\n'
    spec = Verdicts(read("shop.toml", (text + rule).encode()))
    body = {"error": {"code": "bad", "field": "state", "text": "none of these"}}
    error = spec.classify(422, {}, body)
    assert isinstance(error, Refused)
    assert (error.field, error.code) == ("state", "bad")
    assert "none of these" in str(error)


def test_without_a_list_in_the_order_of_ids_no_list_is_offered() -> None:
    assert isinstance(connector()({"BASE_URL": "http://127.0.0.1:9", "KEY": "k"}), Reconciles)
    never = 'roles = ["person"]\ndeletes = "never told"'
    loose = changed(("ordered = true\n", ""), ('roles = ["person"]', never))
    made = connector(loose)
    assert not isinstance(made({"BASE_URL": "http://127.0.0.1:9", "KEY": "k"}), Reconciles)
    assert "stamps" not in powers_of(made)
