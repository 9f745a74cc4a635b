"""Where a ledger's URL leads, what a wrong one is told, and that no password is in it."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from crmbridge.errors import LedgerError
from crmbridge.settings import Settings
from crmbridge.store import Ledger
from crmbridge.store.dialect import database, postgres

SECRET = "pa55-of-the-owner"


def why(opening: Callable[[], Any]) -> str:
    """What a refusal says, with all that a log would have of it."""
    with pytest.raises(LedgerError) as failed:
        opening()
    assert SECRET not in "".join(traceback.format_exception(failed.value))
    return str(failed.value)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:p@{SECRET}@db/x",
        f"postgresql://me:p@x/{SECRET}@db/x",
        f"postgresql+psycopg://me:@{SECRET}@db/x",
    ],
)
def test_a_password_with_an_at_sign_is_not_taken_for_a_host(url: str) -> None:
    told = why(lambda: database(url))
    assert "%40" in told


def answers(word: bytes) -> tuple[socket.socket, int]:
    """Something that says one word to whoever asks for an encrypted connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listener.accept()
                with caller:
                    caller.recv(100)
                    caller.sendall(word)
                    caller.recv(1000)

    threading.Thread(target=serve, daemon=True).start()
    return listener, listener.getsockname()[1]


@pytest.mark.parametrize(
    ("word", "asked_for", "words"),
    [
        (b"S", "sslmode=verify-full&sslrootcert=/none/ca.pem", "sslrootcert=system"),
        (b"N", "sslmode=require", "takes no encrypted connection"),
        (b"S", f"sslmode={SECRET}", "an option with a wrong value"),
        (b"S", "service=none-of-that-name", "its service is in no service file"),
    ],
)
def test_a_connection_that_is_not_encrypted_as_asked_is_told(
    word: bytes, asked_for: str, words: str
) -> None:
    listener, port = answers(word)
    with listener:
        told = why(lambda: Ledger.open(f"postgresql://me@127.0.0.1:{port}/x?{asked_for}", "acme"))
    assert words in told


@pytest.mark.parametrize(
    ("url", "settings", "told"),
    [
        ("postgresql:///x", {}, "postgresql://localhost/x"),
        ("postgresql:///x", {"PGHOST": "db2", "PGPORT": "5433"}, "postgresql://db2:5433/x"),
        ("postgresql://db/x", {"PGHOST": "db2"}, "postgresql://db/x"),
        ("postgresql:///x?service=crm", {}, "postgresql://(service crm)/x"),
        ("postgresql:///x?host=a&port=5433", {}, "postgresql://a:5433/x"),
        ("postgresql:///x?host=a&host=b", {}, "postgresql://a,b/x"),
    ],
)
def test_the_server_that_is_told_is_the_one_that_is_asked(
    monkeypatch: pytest.MonkeyPatch, url: str, settings: dict[str, str], told: str
) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert database(url).place == told


def test_a_password_is_in_nothing_that_is_shown() -> None:
    assert SECRET not in repr(Settings(ledger=f"postgresql://me:{SECRET}@db/x"))
    place = postgres.PostgresDatabase(
        postgres.URL.create("postgresql", "me", SECRET, "db", 5433, "x")
    )
    assert place.place == "postgresql://db:5433/x"
    assert SECRET not in repr(place)
    assert SECRET in place.url
