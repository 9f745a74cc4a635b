"""Random small worlds: what two vendors hold before a first plan, and what comes later."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.plan import Word, apply, plan
from crmbridge.flows.operate.turn import Turn, pull_side
from crmbridge.testing.emulator import Refusal, iso
from crmbridge.testing.interleave.house import house
from tests.interleave.histories import MEMORY
from tests.limits.stage import limited
from tests.stages.deeds import DEEDS, turn_once, wait
from tests.stages.places import START
from tests.stages.planned import Compared, compared
from tests.stages.play import Play, example
from tests.stages.vendors import KEEN

PEOPLE = tuple(f"{name}@buyer.example" for name in ("jo", "al", "bo", "em", "ida", "ute"))
PAGES = tuple(f"https://acme.example/{one}" for one in ("demo", "contact", "pricing", "blog/a"))
STATUSES = (
    *("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted", "Qualified"),
    *("Closed - Converted", "Unqualified"),
)
STAGES = ("", "lead", "marketingqualifiedlead", "salesqualifiedlead", "customer", "subscriber")
NOTES = ("", "a rep's own note", "two\nlines")


@dataclass
class World:
    """A company that reads two vendors and has written nothing yet."""

    play: Play
    drawn: random.Random

    def read(self) -> None:
        """Look at both vendors, as `crmbridge sync` does before a plan was applied."""
        out = Turn()
        for side in ("marketing", "sales"):
            pull_side(self.play.company, side, out, sleep=lambda _: None)
        assert not out.errors, out.errors

    def applied(self) -> Compared:
        """Plan and apply; what was written, held against the plan line by line."""
        box = self.play.box
        self.read()
        saved = plan(self.play.company).to_json()
        self.play.later(seconds=self.drawn.choice((0, 20, 3000)))
        box.marketing.empty_audit()
        box.sales.empty_audit()
        meant = Word(allow=[one["kind"] for one in saved["counts"]["over"]])
        made = apply(self.play.company, saved, word=meant)
        assert not made.errors, made.errors
        return compared(self.play.company, box, saved)

    def live(self) -> None:
        """Let people do things at both vendors that nobody has looked at."""
        deeds = [one for one in DEEDS if one is not turn_once]
        for _ in range(self.drawn.randint(1, 6)):
            with suppress(Refusal):
                self.drawn.choice(deeds)(self.play, self.drawn.choice(("jo", "al", "bo")))
        if self.drawn.random() < 0.5:
            wait(self.play, self.drawn.choice(("jo", "al", "bo")))
        self.play.later(minutes=5)


@contextmanager
def world(seed: int, limits: Mapping[str, Any] = MappingProxyType({})) -> Iterator[World]:
    """Draw a world: who is in marketing, who in sales, who did what, who bought.

    `limits` are the company's, where they are not the usual ones.
    """
    drawn = random.Random(seed)  # repeatable on purpose
    files = limited(_files(drawn), **limits)
    with (
        TemporaryDirectory(dir=MEMORY) as folder,
        house(files, Path(folder) / "ledger.db", at=START) as home,
    ):
        play = Play(company=home.company, box=home.box)
        for email in drawn.sample(PEOPLE, drawn.randint(1, len(PEOPLE))):
            _marketing(play, drawn, email)
        for email in drawn.sample(PEOPLE, drawn.randint(0, 3)):
            _sales(play, drawn, email)
        play.later(minutes=drawn.choice((5, 300)))
        yield World(play, drawn)


def _files(drawn: random.Random) -> CompanyFiles:
    """The worked example, with few desks, and in half the worlds with a stage for a hand-off.

    There the acknowledgement of a hand-off asks for another write.
    """
    files = example()
    mapping, teams = files.mapping, files.teams
    if drawn.random() < 0.5:
        data = mapping.model_dump(by_alias=True, exclude_unset=True)
        data["marketing"]["lead"]["fields"]["stage"]["values"]["handed"] = "salesqualifiedlead"
        mapping = type(mapping).model_validate(data)
    if drawn.random() < 0.5:
        shape = teams.model_dump(by_alias=True, exclude_unset=True)
        for rep in shape["teams"][0]["reps"]:
            rep["open_limit"] = drawn.randint(0, 2)
        teams = type(teams).model_validate(shape)
    return replace(files, mapping=mapping, teams=teams)


def _marketing(play: Play, drawn: random.Random, email: str) -> None:
    told: dict[str, Any] = {
        name: value for name, value in KEEN.items() if drawn.random() < 0.7 or name == "lastname"
    }
    if stage := drawn.choice(STAGES):
        told["lifecyclestage"] = stage
    play.contact(email, **told)
    for _ in range(drawn.randint(0, 3)):
        play.form(email, drawn.choice(PAGES))
    if drawn.random() < 0.15:
        play.box.marketing.act("opt_out", email=email)


def _sales(play: Play, drawn: random.Random, email: str) -> None:
    at = iso(START - timedelta(days=drawn.choice((1, 40, 400))))
    born: Mapping[str, Any] = {"CreatedDate": at, "SystemModstamp": at}
    person: dict[str, Any] = {"LastName": "Vogel", "Email": email, **born}
    if drawn.random() < 0.15:
        person["HasOptedOutOfEmail"] = True
    if note := drawn.choice(NOTES):
        person["Description"] = note
    if drawn.random() < 0.6:
        users = [one["Id"] for one in play.sf("User")]
        lead = person | {"Company": "Vogel", "Status": drawn.choice(STATUSES[:3])}
        play.box.sales.seed(Lead=[lead | {"OwnerId": drawn.choice(users)}])
        return
    play.box.sales.seed(Contact=[person])
    (contact,) = [one["Id"] for one in play.sf("Contact") if one["Email"] == email]
    won = drawn.random() < 0.5
    deal = {
        "Name": email,
        "StageName": "Closed Won" if won else "Prospecting",
        "Amount": drawn.randint(1, 9) * 1000,
        "CloseDate": at[:10],
    }
    play.box.sales.seed(Opportunity=[deal | born])
    (made,) = [one["Id"] for one in play.sf("Opportunity") if one["Name"] == email]
    play.box.sales.seed(OpportunityContactRole=[{"OpportunityId": made, "ContactId": contact}])
