"""The demo told as a story that a manager would read, with Rich on the console."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crmbridge.agreement import Agreement, Teams
from crmbridge.policy.routing.remedy import REASONS
from crmbridge.report.frame.as_text import tables
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.nurture import share_told
from crmbridge.report.text import shown
from crmbridge.testing.demo.cast import CALLERS, CARE, PLAYERS
from crmbridge.testing.demo.checks import happened, sold_in
from crmbridge.testing.demo.company import SPOKEN
from crmbridge.testing.demo.director import FURTHER, STOP, TARGET, is_target_met, which_to_stop
from crmbridge.testing.demo.kept import Kept
from crmbridge.testing.demo.lives import Life, plain
from crmbridge.testing.demo.numbers import WITHIN, Numbers
from crmbridge.testing.demo.terms import terms
from crmbridge.testing.pair import Pair
from crmbridge.testing.reported import Reported, only, records, sheet, total
from crmbridge.testing.sandbox import Sandbox


class Story:
    """Tells, section by section."""

    def __init__(self, console: Console, pair: Pair | None = None) -> None:
        pair = pair or Pair.shipped()
        self.console = console
        self.titles = pair.titles()
        self.lacks = pair.lacks()

    def title(self, text: str) -> None:
        """Begin a section."""
        self.console.print()
        self.console.print(Text(text, style="bold"))

    def say(self, text: str) -> None:
        """Print a paragraph."""
        self.console.print(Text(text))

    def opening(self, people: int, days: int) -> None:
        """Say who this is about."""
        self.title(f"{SPOKEN}: {days} days between marketing and sales")
        self.say(
            "A made-up maker of measuring instruments. Marketing works in "
            f"{self.titles['marketing']}, sales in {self.titles['sales']}; both are emulated here, "
            f"on one clock. {people} people will visit the "
            f"website; {len(CALLERS)} callers, {len(PLAYERS)} reps and {CARE[0].name}, who looks "
            "after customers, wait for leads."
        )
        for side, lacks in self.lacks.items():
            if lacks:
                self.say(f"{self.titles[side]} cannot play all of it. {' '.join(lacks.values())}")

    def agreed(self, agreement: Agreement, teams: Teams) -> None:
        """Say what marketing and sales have agreed."""
        names = " and ".join(one.name for one in agreement.signed)
        self.title(f"What was agreed (version {agreement.version}, signed by {names})")
        for one in terms(agreement, teams):
            self.say(one)

    def planned(self, writes: Sequence[dict[str, Any]], calls: dict[str, int]) -> None:
        """Say what the first plan would write."""
        self.title("The first run only makes a plan")
        fields = sum(len(one["changes"]) for one in writes)
        self.say(
            f"crmbridge read both systems and wrote nothing. Its plan: {len(writes)} writes, "
            f"{fields} fields, {calls['marketing']} calls to {self.titles['marketing']} and "
            f"{calls['sales']} to {self.titles['sales']}. For example:"
        )
        for change in _telling(writes):
            before, after = shown(change["before"]), shown(change["after"])
            self.say(f"  {change['field']}: {before} -> {after}, because of {change['rule']}")
        self.say("The plan was applied; from now on the daemon keeps both systems together.")

    def quarter(self, told: Numbers, reports: Reported) -> None:
        """Tell the quarter by the reports, each with its command."""
        self.title("The quarter: crmbridge report funnel")
        self.say(f"{told.people} people, {told.touches} touches, {told.meetings} meetings.")
        funnel = reports.funnel
        self.show(sheet(funnel, "steps"))
        self.say(
            "A lead that comes back from sales begins another trip, a cycle in the reports. One "
            f"that a rep gives back to its caller goes on in the same: "
            f"{_between(told.funnel['between'])}."
        )
        for name, words in (("from_ready", "was ready"), ("from_handed", "was with sales")):
            self.say(_how_fast(sheet(funnel, name), words))
        self._before_and_after(told, reports)
        self._returns(reports)
        self._money(reports)
        self._content(reports)
        self._desks(reports)

    def _before_and_after(self, told: Numbers, reports: Reported) -> None:
        """Tell of the company's own stages, of nurture before sales, and of customers."""
        self.title("Before sales, and after it")
        self.show(sheet(reports.funnel, "stages"))
        for row in told.tracks:
            self.say(
                f"On the nurture track '{row['track']}', before they were ever ready: "
                f"{row['entered']} came, {row['left']} left, {row['ready']} of all became ready. "
                f"Of those who had {WITHIN} days, so many were ready by then: {share_told(row)}."
            )
        sold = told.expansion
        self.say(
            f"Trips of customers who asked again: ready {sold['ready']}, handed over "
            f"{sold['handed']}, became a deal {sold['opportunity']}, won {sold['won']}."
        )

    def _returns(self, reports: Reported) -> None:
        self.title("What came back, and why: crmbridge report reasons")
        found = sheet(reports.reasons, "recycled")
        self.show(only(found, "reason", "back", "part", "went", "known", "again", "won"))
        again = sum(row["went"] for row in records(found))
        self.say(
            f"{total(found)['back']} times a lead came back from sales, and {again} times it was "
            "handed over once more. Without the way back they would be lost."
        )

    def _money(self, reports: Reported) -> None:
        self.title("What each source brought: crmbridge report sources")
        self.show(
            only(
                sheet(reports.counts, "sources"),
                "source",
                "handed",
                "opportunity",
                "won",
                "revenue",
            )
        )
        self.show(sheet(reports.counts, "won"))
        self.title("Who has a part in it, model beside model: crmbridge report attribution")
        names = ("name", "books", "restated", "first", "linear")
        self.show(only(sheet(reports.credit["channel"], "revenue"), *names))
        self.title("Marketing's part: crmbridge report contribution")
        names = ("definition", "part", "amount", "share", "deals")
        self.show(only(sheet(reports.contribution, "revenue"), *names))

    def _content(self, reports: Reported) -> None:
        self.title("What was read: crmbridge report content")
        names = ("content", "people", "handed", "accepted", "won", "credit")
        self.show(only(sheet(reports.content, "content"), *names))
        meetings = sheet(reports.content, "meetings")
        self.show(meetings)
        for note in meetings.notes:
            self.say(note)

    def _desks(self, reports: Reported) -> None:
        self.title("Callers and reps side by side: crmbridge report reps")
        names = ("rep", "given", "accepted", "rejected", "won", "lost", "revenue", "breaches")
        self.show(only(sheet(reports.reps, "reps"), *names))
        self.say("What callers had qualified, and handed on to them:")
        found = sheet(reports.reps, "handed_on")
        names = ("team", "rep", "got", "got_back", "taken", "at_once", "later", "silent")
        self.show(only(found, *names, "untouched", "won"))
        self._stand_out({row["rep"]: row for row in records(found)})

    def _stand_out(self, desks: dict[str, dict[str, Any]]) -> None:
        """Name the rep who gives most back and the one who leaves most lying."""
        mine = [one for one in PLAYERS if one.id in desks and desks[one.id]["got"]]
        if not mine:
            return
        most = max(mine, key=lambda one: _part(desks[one.id], "at_once"))
        least = max(mine, key=lambda one: _part(desks[one.id], "untouched"))
        self.say(
            f"{most.name} gives {_part(desks[most.id], 'at_once'):.0%} of his leads back at once, "
            f"{desks[most.id]['silent']} times without a word. {least.name} leaves "
            f"{_part(desks[least.id], 'untouched'):.0%} of his untouched; each was taken from him."
        )

    def director(self, reports: Reported) -> None:
        """Answer the marketing director's two questions, each with its command."""
        self.title(f"The marketing director asks which source to stop: {STOP}")
        for one in which_to_stop(reports):
            self.say(one)
        self.title(f"… and whether the target is met: {TARGET}")
        for one in is_target_met(reports):
            self.say(one)

    def further(self) -> None:
        """Name the commands to look further."""
        self.say("To look further:")
        for command, words in FURTHER:
            self.say(f"  {command}: {words}")

    def show(self, found: Sheet) -> None:
        """Print a table of a report, as its command does."""
        (made,) = tables(Report(name="story", title="", company=SPOKEN, sheets=(found,)))
        if not made.rows:
            self.say(made.empty)
            return
        names = (f">{name}" if n in made.right else name for n, name in enumerate(made.head))
        table(self.console, tuple(names), made.rows)

    def kept(self, kept: Kept, reports: Reported) -> None:
        """Tell who waited and why, which clocks ran out, and what else the agreement did."""
        self.title("The agreement at work: crmbridge report fairness")
        self.show(sheet(reports.fairness, "waits"))
        self.say("Who waited, and then got a rep:")
        table(
            self.console,
            ("because", ">leads", "for example", "for", "then with"),
            (
                (REASONS[reason], row["leads"], row["who"], _hours(row["hours"]), row["rep"])
                for reason, row in kept.line.items()
                if row["leads"]
            ),
        )
        clocks = sheet(reports.handoff, "teams")
        self.show(only(clocks, "team", "clock", "handed", "due", "breached", "share"))
        self.say(
            "Of each clock that ran out the rep and the manager heard at once, with all that is "
            "known of the lead. Reps whose lead read what buyers read were told "
            f"{kept.signals} times. Asked for us while they rested, and went "
            f"straight on: {kept.skipped}. Back from nurture by what they read, and bought: "
            f"{kept.nurtured}."
        )

    def explained(self, name: str, lines: Sequence[str]) -> None:
        """Print an explanation, as its command does."""
        self.title(f"crmbridge explain {name}")
        for one in lines:
            self.console.print(Text(one))
        self.say("… and the way so far, what is known, scores, agreement, decisions and writes.")

    def respect(self, told: Numbers) -> None:
        """Tell of opt-outs, merges, held work and calls."""
        self.title("Kept in order on the way")
        waits = sum(told.held.values())
        calls = " and ".join(f"{number} calls to {name}" for name, number in told.calls.items())
        self.say(
            f"{told.opted_out} people opted out, {told.opted_out_in.get('marketing', 0)} in "
            f"{self.titles['marketing']} and {told.opted_out_in.get('sales', 0)} with their rep; "
            "both systems know. "
            f"{told.events['lead_merged']} doubles were merged, and their leads with them. "
            f"{waits or 'No'} items need a person. All of it took {calls}."
        )

    def lives(self, lives: Iterable[tuple[str, Life]]) -> None:
        """Tell some leads in full."""
        for about, one in lives:
            self.title(f"{one.person.name}, {one.person.employer.name}: {about}")
            made = Table.grid(padding=(0, 2))
            made.add_column(no_wrap=True)
            made.add_column()
            for at, words in one.lines:
                made.add_row(Text(f"{at:%a %d %b %H:%M}"), Text(words))
            self.console.print(made)

    def proof(self, told: Numbers, faults: Sequence[str], box: Sandbox) -> None:
        """Say what was checked, and what is wrong."""
        self.title("Checked")
        seen = (f"{kind} {times}" for kind, times in happened(told, box).items())
        self.say("Each of these happened: " + ", ".join(seen) + ".")
        if faults:
            for one in faults:
                self.console.print(Text(f"WRONG: {one}", style="bold red"))
            return
        self.say(
            "Nothing was made twice, opt-outs agree in both systems, and the "
            f"{sold_in(box):,.0f} EUR won in {self.titles['sales']} stand on "
            f"{self.titles['marketing']}'s records and in every report, by each of their "
            f"{len(told.revenue)} sums, to the cent."
        )


def table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; a column whose name begins with `>` holds numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        made.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left")
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    console.print(made)


def _telling(writes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Three changes of a plan that say most: of the longest write, ids left out."""
    longest: list[dict[str, Any]] = max((one["changes"] for one in writes), key=len, default=[])
    changes = [one for one in longest if "lead id" not in one["rule"]]
    return changes[:3]


def _between(found: dict[str, dict[str, int]]) -> str:
    """Why, and how often, leads went back to their caller."""
    why: Counter[str] = Counter()
    for reasons in found.values():
        why.update(reasons)
    return ", ".join(f"{plain(reason)} {n}" for reason, n in why.most_common()) or "none"


def _part(row: dict[str, Any], name: str) -> float:
    return float(row[name] / row["got"])


def _how_fast(found: Sheet, words: str) -> str:
    """What the total of a table of cohorts says of those who came to a step."""
    row = total(found)
    if not row:
        return f"No trip {words}."
    days = row["median"]
    half = "fewer than half of them have left it by now"
    if days is not None:
        within = f"within {days:.0f} days" if round(days) > 1 else "by the next day"
        half = f"half of them had left that step {within}"
    return (
        f"Of {row['cycles']} trips in which a lead {words}, {row['on']} went on, {row['back']} "
        f"came back and {row['open']} are still there; {half}."
    )


def _hours(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
