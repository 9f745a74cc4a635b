"""What the log prints, and what it must never print."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import structlog

from crmbridge import log


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    stream = io.StringIO()
    log.configure(level="DEBUG", stream=stream)
    yield stream
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_level_logger_and_utc_time(out: io.StringIO) -> None:
    structlog.get_logger("crmbridge.x").info("started", company="acme", leads=3)
    (line,) = lines(out)
    assert (line["event"], line["level"], line["logger"]) == ("started", "info", "crmbridge.x")
    assert (line["company"], line["leads"]) == ("acme", 3)
    assert datetime.fromisoformat(line["time"]).utcoffset() is not None


@pytest.mark.parametrize(
    "key",
    [
        "email",
        "Email",
        "work_email",
        "name",
        "first_name",
        "lastname",
        "phone",
        "mobilephone",
        "access_token",
        "client_secret",
        "Authorization",
        "password",
        "api_key",
        "private_key",
    ],
)
def test_values_under_personal_or_secret_keys_are_redacted_at_any_depth(
    out: io.StringIO, key: str
) -> None:
    structlog.get_logger().warning("seen", **{key: "Sentinel"}, row={"a": [{key: "Sentinel"}]})
    assert "Sentinel" not in out.getvalue()
    assert lines(out)[0][key] == log.GONE


def test_names_of_things_are_not_names_of_people(out: io.StringIO) -> None:
    structlog.get_logger().info("seen", connector_name="hubspot", field="lifecyclestage")
    assert lines(out)[0]["connector_name"] == "hubspot"


@pytest.mark.parametrize(
    "text",
    [
        "lead ada@example.com refused",
        "GET /q?email=ada%40example.com",
        "Authorization: Bearer abcdef123456",
        "authorization basic YWRhOnNlY3JldA==",
        "url?access_token=abcdef123456&x=1",
        "token eyJhbGciOi.abcdef123456.sig",
        "pat-na1-abcdef12-3456",
        "00D5g000001abcD!abcdef123456",
        "client_secret=abcdef123456",
    ],
)
def test_what_looks_like_an_address_or_a_secret_is_redacted_anywhere(
    out: io.StringIO, text: str
) -> None:
    structlog.get_logger().info(text, note=text, many=[text], **{"deep": {"x": text}})
    printed = out.getvalue()
    assert "example.com" not in printed
    assert "abcdef12" not in printed
    assert "YWRhOnNlY3JldA" not in printed


def test_exceptions_are_redacted_too(out: io.StringIO) -> None:
    try:
        raise ValueError("no such lead ada@example.com")
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "ada@example.com" not in out.getvalue()
    assert "ValueError" in lines(out)[0]["exception"]


def test_lines_of_libraries_come_out_as_redacted_json(out: io.StringIO) -> None:
    logging.getLogger("alien").warning("user %s said %s", "ada@example.com", "hello")
    (line,) = lines(out)
    assert line["event"] == "user [email] said hello"
    assert line["level"] == "warning"


def test_http_clients_are_silent_below_warning(out: io.StringIO) -> None:
    for name in log.CLIENTS:
        logging.getLogger(name).info("GET https://x/?q=secret")
        logging.getLogger(f"{name}.deep").debug("body")
    assert out.getvalue() == ""


def test_a_line_break_in_a_value_cannot_forge_a_second_line() -> None:
    stream = io.StringIO()
    log.configure(json=False, stream=stream)
    structlog.get_logger().info("seen", note="a\n2026-01-01 [error] forged")
    assert len(stream.getvalue().splitlines()) == 1
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


def test_bytes_are_counted_not_printed(out: io.StringIO) -> None:
    structlog.get_logger().info("seen", body=b"secret body")
    assert lines(out)[0]["body"] == "[11 bytes]"


def test_an_unknown_level_is_an_error() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        log.configure(level="loud")
