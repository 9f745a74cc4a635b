"""Operators' alerts through Apprise, to a real server on loopback that answers as it is told."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from crmbridge.errors import ConfigError, Unavailable
from crmbridge.net.messages import Message, senders
from tests.stages.server import Seen, Server, http

pytest.importorskip("apprise", reason="the extra of this way is not installed")

WORD = Message(id="id-1", subject="crmbridge acme: sales is paused", text="Since 09:00 UTC:\nmend")
NAME = "CRMBRIDGE_ACME__MESSAGES__APPRISE_URLS"


def made(urls: str, tmp_path: Path):  # type: ignore[no-untyped-def]
    given = {"APPRISE_URLS": urls}
    return senders("acme", ["apprise"], given, default_file=tmp_path / "m.txt")["apprise"]


def address(server: Server, path: str = "t0ken") -> str:
    return server.url.replace("http://", "json://") + f"/{path}"


def test_a_service_is_told_title_and_text_with_the_id(tmp_path: Path) -> None:
    with Server(lambda _s, _n: [http(200, "{}")]) as server:
        made(address(server), tmp_path).send(WORD)
        (seen,) = server.seen
    body = json.loads(seen.body)
    assert body["title"] == WORD.subject
    assert body["message"].splitlines() == ["Since 09:00 UTC:", "mend", "[id-1]"]
    assert seen.target == "/t0ken"


def test_a_service_that_fails_is_tried_again_and_the_other_is_not_told_twice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    down = [True]

    def answers(_seen: Seen, _number: int) -> list[bytes]:
        return [http(503 if down[0] else 200, "{}")]

    with Server(answers) as bad, Server(lambda _s, _n: [http(200, "{}")]) as good:
        sender = made(f"{address(good)}\n{address(bad, 's3cret')}", tmp_path)
        with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as error:
            sender.send(WORD)
        assert "1 of 2 services" in str(error.value)
        down[0] = False
        sender.send(WORD)
        sender.send(WORD)
        assert (len(good.seen), len(bad.seen)) == (1, 2)
    told = caplog.text + "".join(capfd.readouterr()) + str(error.value) + repr(sender)
    # requests' own logger names hosts at DEBUG, and no address
    assert "t0ken" not in "".join(
        line for line in told.splitlines() if "connectionpool" not in line
    )
    assert "s3cret" not in "".join(
        line for line in told.splitlines() if "connectionpool" not in line
    )


@pytest.mark.parametrize("urls", ["nonsense", "json://127.0.0.1 what://s3cret@x"])
def test_an_address_that_apprise_does_not_know_is_refused_and_not_shown(
    tmp_path: Path, urls: str
) -> None:
    with pytest.raises(ConfigError) as error:
        made(urls, tmp_path)
    assert "is none that Apprise knows" in str(error.value)
    assert "s3cret" not in str(error.value)


def test_a_missing_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=NAME):
        made("", tmp_path)
