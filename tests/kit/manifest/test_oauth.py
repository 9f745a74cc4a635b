"""A manifest whose vendor gives access tokens by OAuth 2."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from crmbridge.connector import Rotates
from crmbridge.errors import AuthFailed, ConfigError
from crmbridge.kit.manifest.connector import Manifested
from crmbridge.report.connector.powers import powers_of
from crmbridge.vault import keeping
from tests.kit.manifest.shop import changed, connector
from tests.stages.server import Seen, Server, http

KEY = """KEY = "in the shop's settings"
"""
AUTH = """kind = "bearer"
token = "{credentials.KEY}\""""
CREDENTIALS = """CLIENT_ID = "the app's id"
CLIENT_SECRET = "the app's secret"
TOKEN_URL = "where tokens are got, for a sandbox"
"""
REFRESHED = 'REFRESH_TOKEN = "the token of the first log-in"\n'
PATH = 'path = "/oauth/token"'


def manifest(kind: str, oauth: str = PATH, credentials: str = "") -> str:
    named = credentials or CREDENTIALS + (REFRESHED if kind == "refresh" else "")
    return changed((KEY, named), (AUTH, f'kind = "{kind}"\noauth = {{ {oauth} }}'))


class Vendor:
    """Gives a new access token at each request for one, and takes only the last.

    Each refresh token is good for one request where it `rotates`.
    """

    def __init__(self, *, rotates: bool = True) -> None:
        self.rotates = rotates
        self.given = 0
        self.came: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.basic: list[str] = []

    def __call__(self, seen: Seen, _number: int) -> list[bytes]:
        self.came.append(seen.target)
        if seen.target != "/oauth/token":
            right = seen.headers.get("authorization") == f"Bearer a-{self.given}"
            return [http(200, '{"id": 7}') if right else http(401, "{}")]
        form = dict(parse_qsl(seen.body.decode()))
        self.forms.append(form)
        self.basic.append(seen.headers.get("authorization", ""))
        if form["grant_type"] == "refresh_token":
            wanted = f"r-{self.given}" if self.rotates else "r-0"
            if form["refresh_token"] != wanted:
                return [http(400, '{"error": "invalid_grant"}')]
        self.given += 1
        told = {"access_token": f"a-{self.given}"}
        if form["grant_type"] == "refresh_token" and self.rotates:
            told["refresh_token"] = f"r-{self.given}"
        return [http(200, json.dumps(told))]


def secrets(url: str, **more: str) -> Mapping[str, str]:
    return {
        "BASE_URL": url,
        "CLIENT_ID": "c-1",
        "CLIENT_SECRET": "s-1",
        "REFRESH_TOKEN": "r-0",
        **more,
    }


def opened(text: str, given: Mapping[str, str], folder: Path) -> Manifested:
    made: Any = keeping(connector(text)(given), folder, "sales", given)
    found: Manifested = made
    return found


def test_client_credentials_are_turned_into_a_token_and_again_when_it_is_over(
    tmp_path: Path,
) -> None:
    vendor = Vendor()
    with Server(vendor) as server:
        text = manifest("client", f'{PATH}, scope = "all"')
        one = opened(text, secrets(server.url), tmp_path)
        assert one.check() == "7"
        assert vendor.came == ["/oauth/token", "/me"]
        assert vendor.forms == [{"grant_type": "client_credentials", "scope": "all"}]
        packed = vendor.basic[0].removeprefix("Basic ")
        assert base64.b64decode(packed).decode() == "c-1:s-1"
        vendor.given += 1  # the vendor lets the token end
        assert one.check() == "7"
        one.close()
    assert not isinstance(one, Rotates)


def test_a_changed_refresh_token_is_kept_for_the_next_process(tmp_path: Path) -> None:
    vendor = Vendor()
    with Server(vendor) as server:
        for given in (1, 2, 3):
            one = opened(manifest("refresh"), secrets(server.url), tmp_path)
            assert one.check() == "7"
            assert vendor.given == given
            one.close()
    assert [form["refresh_token"] for form in vendor.forms] == ["r-0", "r-1", "r-2"]
    assert "keep" in dir(type(one))
    assert isinstance(one, Rotates)


def test_a_refresh_token_that_stays_is_used_again(tmp_path: Path) -> None:
    vendor = Vendor(rotates=False)
    with Server(vendor) as server:
        for _ in range(2):
            one = opened(manifest("refresh"), secrets(server.url), tmp_path)
            assert one.check() == "7"
            one.close()
    assert [form["refresh_token"] for form in vendor.forms] == ["r-0", "r-0"]


def test_a_refresh_token_that_is_over_asks_for_a_person(tmp_path: Path) -> None:
    with Server(Vendor()) as server:
        given = secrets(server.url, REFRESH_TOKEN="r-9")
        one = opened(manifest("refresh"), given, tmp_path)
        with pytest.raises(AuthFailed) as caught:
            one.check()
        one.close()
    assert "r-9" not in str(caught.value)


def test_tokens_are_got_where_the_credential_says_or_the_manifest(tmp_path: Path) -> None:
    tokens = Vendor()
    with Server(tokens) as server, Server(tokens) as host:
        text = manifest("client", f'{PATH}, url = "https://login.shop.example"')
        one = opened(text, secrets(host.url, TOKEN_URL=server.url), tmp_path)
        assert one.check() == "7"
        assert [seen.target for seen in server.seen] == ["/oauth/token"]
        assert [seen.target for seen in host.seen] == ["/me"]
        one.close()
    other = connector(text)(secrets("http://127.0.0.1:1"))
    assert other._account.oauth._home == "https://login.shop.example"
    other.close()


def test_nothing_of_a_secret_stands_in_what_is_printed(tmp_path: Path) -> None:
    one = opened(manifest("refresh"), secrets("http://127.0.0.1:1"), tmp_path)
    for held in (one, one._account, one._account.oauth, one._account.oauth._grant()):
        for secret in ("s-1", "r-0"):
            assert secret not in repr(held)
    one.close()


def test_without_a_place_to_keep_it_no_refresh_token_is_spent() -> None:
    vendor = Vendor()
    with Server(vendor) as server:
        one = connector(manifest("refresh"))(secrets(server.url))
        with pytest.raises(ConfigError, match="no place to keep"):
            one.check()
        one.close()
    assert vendor.came == []


def test_a_kind_has_the_powers_that_it_needs_and_no_others() -> None:
    rotating, fixed = connector(manifest("refresh")), connector(manifest("client"))
    assert hasattr(rotating, "keep")
    assert not hasattr(fixed, "keep")
    assert powers_of(rotating) >= powers_of(fixed)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (changed((AUTH, 'kind = "client"'), (KEY, CREDENTIALS)), "auth.oauth: client and refresh"),
        (changed((AUTH, f"{AUTH}\noauth = {{ {PATH} }}")), "auth.oauth: client and refresh"),
        (manifest("refresh", credentials=CREDENTIALS), "credentials.REFRESH_TOKEN: auth.kind"),
        (manifest("client", credentials=KEY), "credentials.CLIENT_ID: auth.kind client"),
        (manifest("client", f'{PATH}, url = "http://shop.example"'), "https://"),
        (manifest("client", 'url = "https://shop.example"'), "auth.oauth.path"),
    ],
)
def test_a_fault_of_the_table_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        connector(text)
    assert told in str(caught.value)


@pytest.mark.parametrize("name", ["CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"])
def test_a_credential_that_is_missing_is_named(name: str) -> None:
    given = {key: each for key, each in secrets("http://127.0.0.1:1").items() if key != name}
    with pytest.raises(ConfigError, match=name):
        connector(manifest("refresh"))(given)
