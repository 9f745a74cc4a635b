"""What the tests of digests share: people who are sent one, a Monday, and what they got."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.agreement.sla.clocks import Sla
from crmbridge.daemon.digest import post
from crmbridge.files import CompanyFiles
from tests.sla.stage import FRIDAY, office
from tests.stages.play import Play, at_work
from tests.stages.rest import rest, told

MIA = {"person": "mia@acme.example", "name": "Mia", "audience": "sales", "channel": "file"}
ANN = {"person": "ann", "audience": "rep", "channel": "file"}


def with_digests(*digests: dict[str, Any]) -> Teams:
    """Two reps in Berlin, and who is sent the week."""
    data = office().model_dump(mode="json", by_alias=True) | {"digest": list(digests)}
    return Teams.model_validate(data)


@contextmanager
def playing(
    acme: CompanyFiles, path: Path, *digests: dict[str, Any], **environ: str
) -> Iterator[Play]:
    """A company with clocks at work from Friday afternoon, and these people's digests."""
    agreement = acme.agreement.model_copy(update={"sla": Sla()})
    files = replace(acme, teams=with_digests(*digests), agreement=agreement)
    with at_work(files, path, at=FRIDAY, **environ) as play:
        yield play


def monday(play: Play, day: int = 30, hour: int = 7, minute: int = 0, month: int = 3) -> None:
    """Berlin's summer time; the company looks, and sends what is due."""
    play.box.set_time(datetime(2026, month, day, hour - 2, minute, tzinfo=UTC))
    rest(play)
    sends(play)


def sends(play: Play) -> int:
    """Post what is due, and deliver it; return how many messages were new."""
    made = post(play.company)
    rest(play)
    return len(made)


def got(play: Play) -> list[str]:
    """The digests in the company's file, as texts."""
    path = play.company.ledger.home / "messages.txt"
    blocks = path.read_text("utf-8").split("\n\n2026-") if path.exists() else []
    return [one for one in blocks if "\nWeek 2026-" in one]


def entries(play: Play) -> Sequence[dict[str, Any]]:
    """What the ledger says of digests that were sent."""
    return told(play, "digest_sent")
