"""Recordings: what a server answered comes back, with this run's keys and without persons."""

from __future__ import annotations

import gzip
import json
import re
import uuid
from pathlib import Path

import pytest

from crmbridge.testing.recorded import Recording
from crmbridge.testing.upstream import Asked, Told

DATE = "Mon, 02 Nov 2026 09:00:00 GMT"


class Shop:
    """A vendor that answers with what it was sent, and counts."""

    def __init__(self) -> None:
        self.count = 0

    def ask(self, asked: Asked) -> Told:
        self.count += 1
        body = json.dumps({"number": self.count, "sent": asked.body.decode(), "by": "x@acme.de"})
        headers = {"date": DATE, "set-cookie": "s3cret", "content-type": "application/json"}
        return Told(status=201, headers=headers, body=body.encode())


def call(body: str, path: str = "/rows") -> Asked:
    return Asked(method="POST", path=path, headers={"authorization": "s3cret"}, body=body.encode())


def replayed(recording: Recording, tmp_path: Path, name: str = "one") -> Recording:
    recording.save(tmp_path / "some.jsonl.gz")
    return Recording.load(tmp_path / "some.jsonl.gz", recording.cuts)


def test_the_same_calls_get_the_same_answers_in_their_order(tmp_path: Path) -> None:
    recording = Recording()
    live = recording.record("one", Shop())
    first, other, second = (live.ask(call(body)) for body in ("a", "b", "a"))
    player = replayed(recording, tmp_path).replay("one")
    told = [player.ask(call(body)) for body in ("a", "a", "b")]
    assert [one.status for one in told] == [201] * 3
    numbers = [json.loads(one.body)["number"] for one in told]
    assert numbers == [json.loads(one.body)["number"] for one in (first, second, other)]
    assert dict(told[0].headers) == {"date": DATE, "content-type": "application/json"}


def test_a_call_that_was_not_made_has_no_answer(tmp_path: Path) -> None:
    recording = Recording()
    recording.record("one", Shop()).ask(call("a"))
    player = replayed(recording, tmp_path).replay("one")
    with pytest.raises(OSError, match="no recording of POST /rows"):
        player.ask(call("b"))
    player.ask(call("a"))
    with pytest.raises(OSError, match="no recording"):
        player.ask(call("a"))
    with pytest.raises(KeyError):
        recording.replay("two")


def test_a_run_s_own_keys_stand_where_those_of_the_recording_stood(tmp_path: Path) -> None:
    recording = Recording()
    keys = [str(uuid.uuid4()) for _ in range(2)]
    recording.record("one", Shop()).ask(call(f"{keys[0]} own_{keys[1]} {keys[0]}"))
    player = replayed(recording, tmp_path).replay("one")
    mine = [str(uuid.uuid4()) for _ in range(2)]
    body = f"{mine[0]} own_{mine[1]} {mine[0]}"
    assert json.loads(player.ask(call(body)).body)["sent"] == body


def test_no_credential_and_no_real_address_is_kept(tmp_path: Path) -> None:
    recording = Recording(cuts=((re.compile(r"/srv/\S+"), "…"),))
    recording.record("one", Shop()).ask(
        call("p@example.com bob@buyer.test <jo@buyer.example> /srv/odoo/x")
    )
    recording.save(tmp_path / "some.gz")
    text = gzip.decompress((tmp_path / "some.gz").read_bytes()).decode()
    assert "p@example.com" in text
    assert "jo@buyer.example" in text
    assert not [one for one in ("s3cret", "acme.de", "bob", "/srv") if one in text]
    player = Recording.load(tmp_path / "some.gz", recording.cuts).replay("one")
    assert (
        player.ask(call("p@example.com bob@buyer.test <jo@buyer.example> /srv/odoo/x")).status
        == 201
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "t0ps3cr3t", "expires_in": 60}',
        "grant_type=refresh_token&refresh_token=t0ps3cr3t&client_id=x",
        "grant_type=x&assertion=t0ps3cr3t",
        '{"login": "x", "password":"t0ps3cr3t"}',
    ],
)
def test_what_lets_somebody_in_is_not_kept(text: str) -> None:
    found = Recording().clean(text)
    assert "t0ps3cr3t" not in found
    assert found == text.replace("t0ps3cr3t", "s3cret")


@pytest.mark.parametrize(
    "text", ['{"password": {"type": "char"}}', '{"name": "password"}', "grant_type=refresh_token"]
)
def test_the_name_of_a_secret_is_none(text: str) -> None:
    assert Recording().clean(text) == text
