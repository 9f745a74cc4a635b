"""Who gets in: tokens, sessions, forms of other sites, and a wrong token a hundred times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crmbridge.errors import ConfigError
from crmbridge.web.board.access import COOKIE
from crmbridge.web.board.headers import POLICY
from crmbridge.web.guard import Guard, guard
from crmbridge.web.tries import KEPT, Tries
from tests.stages.line import Line
from tests.web.site import TOKEN, VIEW, Caller, caller, served, settings_of

PATHS = ("/", "/c/acme/sources", "/c/acme/contribution", "/c/other/sources")


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "CRMBRIDGE_TOKEN").write_text(TOKEN)
    (folder / "CRMBRIDGE_VIEW_TOKEN").write_text(VIEW)
    return folder


@pytest.fixture
def door(bare: Line, secrets: Path) -> Iterator[Caller]:
    """Somebody before a dashboard that needs a token."""
    with served(bare, secrets) as url, caller(url) as found:
        yield found


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_shown_without_a_token(door: Caller, path: str) -> None:
    answer = door.get(path)
    assert answer.url.path == "/login"
    assert "Log in" in answer.text


def test_each_token_lets_do_what_it_is_for(door: Caller) -> None:
    assert door.login(VIEW).status_code == 200
    assert "You can look" in door.get("/c/acme/sources").text
    refused = door.post("/c/acme/sources", act="anything")
    assert refused.status_code == 403
    assert "lets you look only" in refused.text
    door.http.cookies.clear()
    door.login(TOKEN)
    assert "You can operate" in door.get("/c/acme/sources").text


def test_a_wrong_token_a_hundred_times_is_not_tried_a_hundred_times(door: Caller) -> None:
    codes = [door.login(f"wrong token number {n}").status_code for n in range(100)]
    assert codes.count(401) == 5
    assert codes.count(429) == 95
    assert door.login(TOKEN).status_code == 429
    assert "Retry-After" in door.login(TOKEN).headers


def test_whoever_waited_gets_in_again() -> None:
    now = [0.0]
    tries = Tries(clock=lambda: now[0])
    for _ in range(5):
        assert tries.wait("a") == 0
        tries.wrong("a")
    assert 0 < tries.wait("a") <= 61
    assert tries.wait("b") == 0
    now[0] = 61
    assert tries.wait("a") == 0


def test_many_addresses_lock_nobody_else_out_and_fill_no_memory() -> None:
    tries = Tries(clock=lambda: 0.0)
    for n in range(KEPT + 50):
        tries.wrong(f"10.0.{n // 256}.{n % 256}")
    assert tries.wait("192.0.2.1") == 0
    assert len(tries._wrong) == KEPT


def test_a_look_at_the_login_by_head_is_no_try(door: Caller) -> None:
    for _ in range(8):
        assert door.http.head(door.url + "/login").status_code == 200
    assert door.login(TOKEN).status_code == 200


def test_a_cookie_that_was_logged_out_is_worth_nothing(door: Caller) -> None:
    door.login(TOKEN)
    kept = door.http.cookies[COOKIE]
    csrf = door.csrf("/c/acme/sources")
    door.http.post(door.url + "/logout", data={"csrf": csrf})
    again = httpx.get(
        door.url + "/c/acme/sources", headers={"Cookie": f"{COOKIE}={kept}"}, trust_env=False
    )
    assert again.status_code == 303


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "operate",
        "operate.99999999999.abc.def",
        "operate.1.abc.def",
        "operate.soon.abc.def",
        "view.99999999999.é.def",
        "a.b.c.d.e",
        "." * 3,
    ],
)
def test_a_forged_session_is_none(door: Caller, cookie: str) -> None:
    answer = httpx.get(
        door.url + "/c/acme/sources",
        headers={"Cookie": f"{COOKIE}={cookie}".encode()},
        trust_env=False,
    )
    assert answer.status_code == 303


def test_a_session_of_one_role_is_not_one_of_the_other(door: Caller) -> None:
    door.login(VIEW)
    forged = door.http.cookies[COOKIE].replace("view", "operate")
    answer = httpx.get(
        door.url + "/c/acme/sources", headers={"Cookie": f"{COOKIE}={forged}"}, trust_env=False
    )
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
def test_a_post_of_another_site_does_nothing(door: Caller, headers: dict[str, str]) -> None:
    door.login(TOKEN)
    csrf = door.csrf("/c/acme/sources")
    for path in ("/c/acme/sources", "/logout"):
        answer = door.http.post(door.url + path, data={"csrf": csrf}, headers=headers)
        assert answer.status_code == 403
    login = door.http.post(door.url + "/login", data={"token": TOKEN}, headers=headers)
    assert login.status_code == 403


@pytest.mark.parametrize("csrf", ["wrong", "é" * 30])
def test_a_post_without_the_page_s_secret_does_nothing(door: Caller, csrf: str) -> None:
    door.login(TOKEN)
    assert door.post("/c/acme/sources", csrf=csrf).status_code == 403


def test_whoever_logs_out_is_out(door: Caller) -> None:
    door.login(TOKEN)
    csrf = door.csrf("/c/acme/sources")
    assert door.http.post(door.url + "/logout", data={"csrf": csrf}).url.path == "/login"
    assert door.get("/c/acme/sources").url.path == "/login"


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_the_login_leads_nowhere_else(door: Caller, after: str) -> None:
    answer = door.http.post(door.url + "/login", data={"token": TOKEN, "next": after})
    assert answer.url.host == "127.0.0.1"


@pytest.mark.parametrize("path", ["/login", "/c/acme/sources", "/static/x/board.css", "/nothing"])
def test_every_answer_tells_the_browser_what_it_may(door: Caller, path: str) -> None:
    headers = door.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


def test_the_cookie_is_out_of_reach_of_scripts(door: Caller) -> None:
    door.http.follow_redirects = False
    set_cookie = door.login(TOKEN).headers["set-cookie"]
    assert "HttpOnly" in set_cookie
    assert "samesite=lax" in set_cookie.lower()


def test_a_form_of_a_megabyte_is_no_form(door: Caller) -> None:
    door.login(TOKEN)
    csrf = door.csrf("/c/acme/sources")
    assert door.post("/c/acme/sources", csrf=csrf, more="x" * 1_000_000).status_code == 403


def test_another_host_s_name_is_refused(door: Caller) -> None:
    answer = door.http.get(door.url + "/login", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_two_tokens_must_differ(bare: Line, secrets: Path) -> None:
    (secrets / "CRMBRIDGE_VIEW_TOKEN").write_text(TOKEN)
    with pytest.raises(ConfigError, match="is the same as CRMBRIDGE_TOKEN"):
        guard(settings_of(bare, secrets))
    (secrets / "CRMBRIDGE_VIEW_TOKEN").write_text("short")
    with pytest.raises(ConfigError, match="CRMBRIDGE_VIEW_TOKEN is too short"):
        guard(settings_of(bare, secrets))


def test_without_tokens_this_machine_operates_and_forms_are_guarded(empty: Caller) -> None:
    assert empty.get("/c/acme/sources").status_code == 200
    assert empty.post("/c/acme/sources", csrf="wrong").status_code == 403


@pytest.mark.parametrize(
    ("url", "client", "open_"),
    [
        ("", "127.0.0.1", True),
        ("", "", True),
        ("", "::1", True),
        ("", "203.0.113.9", False),
        ("http://127.0.0.1:8080", "127.0.0.1", True),
        ("http://localhost:8080", "127.0.0.1", True),
        ("https://crm.example", "127.0.0.1", False),
        ("https://crm.example", "203.0.113.9", False),
    ],
)
def test_without_a_token_nobody_from_elsewhere_operates(url: str, client: str, open_: bool) -> None:
    """A proxy may ask by any name, so that an address for others closes the pages for all."""
    without = Guard(host="127.0.0.1", port=8080, url=url)
    for path in ("/", "/c/acme/today", "/login", "/c/acme/leads/1", "/ratex"):
        assert without.opens(client, path) is open_
    for path in ("/rate/x", "/rep/x", "/sign/x", "/static/x/board.css", "/healthz", "/metrics"):
        assert without.opens(client, path)
    assert Guard(host="127.0.0.1", port=8080, url=url, token=TOKEN).opens(client, "/")


def test_whom_a_proxy_asks_for_is_no_person_of_this_machine(empty: Caller) -> None:
    through = {"X-Forwarded-For": "203.0.113.9"}
    assert empty.http.get(empty.url + "/c/acme/sources", headers=through).status_code == 403
    assert empty.http.get(empty.url + "/static/x/board.css", headers=through).status_code == 200
