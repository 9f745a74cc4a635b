"""The demo told as a story that a manager would read, with Rich on the console."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crmbridge.agreement import Agreement, Teams
from crmbridge.report.nurture import share_told
from crmbridge.report.routing import REASONS
from crmbridge.report.stages import rows
from crmbridge.report.text import shown
from crmbridge.testing.demo.cast import CALLERS, CARE, PLAYERS
from crmbridge.testing.demo.checks import happened, revenue
from crmbridge.testing.demo.company import SPOKEN
from crmbridge.testing.demo.kept import Kept
from crmbridge.testing.demo.lives import Life, plain
from crmbridge.testing.demo.numbers import WITHIN, Numbers
from crmbridge.testing.demo.terms import terms
from crmbridge.testing.demo.worked import Desk

_STEPS = {
    "known": "known",
    "engaged": "with any interest shown",
    "ready": "sales-ready by the agreement",
    "handed": "handed to sales",
    "accepted": "taken on",
    "qualified": "qualified",
    "handed_on": "handed on by a caller",
    "accepted_on": "taken on by the next",
    "opportunity": "became a deal",
    "won": "won",
}


_GIVEN = (">given", ">taken on")
_BACK = (">rejected", ">returned", ">without reason", ">untouched")


class Story:
    """Tells, section by section."""

    def __init__(self, console: Console) -> None:
        self.console = console

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
            f"A made-up maker of measuring instruments. Marketing works in HubSpot, sales in "
            f"Salesforce; both are emulated here, on one clock. {people} people will visit the "
            f"website; {len(CALLERS)} callers, {len(PLAYERS)} reps and {CARE[0].name}, who looks "
            "after customers, wait for leads."
        )

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
            f"{fields} fields, {calls['marketing']} calls to HubSpot and {calls['sales']} to "
            "Salesforce. For example:"
        )
        for change in _telling(writes):
            before, after = shown(change["before"]), shown(change["after"])
            self.say(f"  {change['field']}: {before} -> {after}, because of {change['rule']}")
        self.say("The plan was applied; from now on the daemon keeps both systems together.")

    def quarter(self, told: Numbers) -> None:
        """Tell the quarter in numbers."""
        self.title("The quarter")
        steps = told.funnel["steps"]
        self.say(f"{told.people} people, {told.touches} touches.")
        table(
            self.console,
            ("step", ">people", ">trips", ">lost there", "how"),
            (
                (words, told.steps[name], steps.get(name, 0), sum(lost.values()) or "", _how(lost))
                for name, words in _STEPS.items()
                for lost in [told.funnel["lost"].get(name, {})]
            ),
        )
        self.say(
            "A lead that comes back from sales begins another trip. One that a rep gives back to "
            f"its caller goes on in the same: {_between(told.funnel['between'])}."
        )
        self.say(
            f"Half of the ready leads were on a desk of sales {_within(told.to_hand_over)}, and "
            f"half of those were taken on {_within(told.to_accept)}. {told.waited} leads had to "
            f"wait in line, the longest of those that got a rep {_hours(told.longest_wait)}; at "
            f"the end {sum(told.funnel['waiting'].values())} wait."
        )
        self._before_and_after(told)
        self._returns(told)
        self._money(told)
        self._desks(told.desks)

    def _before_and_after(self, told: Numbers) -> None:
        """Tell of the company's own stages, of nurture before sales, and of customers."""
        self.title("Before sales, and after it")
        table(
            self.console,
            ("stage", ">leads at the end", ">trips that came there"),
            ((name, now, "-" if came is None else came) for name, now, came in rows(told.stages)),
        )
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

    def _returns(self, told: Numbers) -> None:
        self.title("What came back, and why")
        table(
            self.console,
            ("reason", ">times", ">of these sent again", "how"),
            (
                (plain(row["reason"]), row["count"], row["again"], _how(row["outcomes"]))
                for row in told.reasons
            ),
        )
        self.say(
            f"{told.came_back} leads came back from sales. {told.again} of them were handed over "
            f"once more, and {told.won_again} were won then. Without the way back they would be "
            "lost."
        )

    def _money(self, told: Numbers) -> None:
        self.title("Revenue by source, on the marketing records")
        found = [row for row in told.sources["sources"] if row["won"] or row["handed"]]
        found.sort(key=lambda row: -Decimal(row["revenue"].get("EUR", "0")))
        table(
            self.console,
            ("source", ">handed", ">deals", ">won", ">revenue, EUR"),
            [
                (
                    row["source"].replace("_", " ").lower(),
                    row["handed"],
                    row["opportunity"],
                    row["won"],
                    _euro(Decimal(row["revenue"].get("EUR", "0"))),
                )
                for row in found
            ]
            + [("all", "", "", told.funnel["steps"]["won"], _euro(revenue(told)))],
        )

    def _desks(self, desks: dict[str, Desk]) -> None:
        self.title("The callers side by side")
        table(
            self.console,
            ("caller", *_GIVEN, ">handed on", ">got back", *_BACK),
            (
                (one.name, desk.given, desk.accepted, desk.handed_on, desk.got_back, *_back(desk))
                for one in CALLERS
                if (desk := desks.get(one.id))
            ),
        )
        self.title("The reps side by side")
        table(
            self.console,
            ("rep", *_GIVEN, *_BACK, ">won"),
            (
                (one.name, desk.given, desk.accepted, *_back(desk), desk.won)
                for one in (*PLAYERS, *CARE)
                if (desk := desks.get(one.id))
            ),
        )
        self._stand_out({one.id: desks[one.id] for one in PLAYERS if one.id in desks})

    def _stand_out(self, desks: dict[str, Desk]) -> None:
        """Name the rep who rejects most and the one who leaves most lying."""
        names = {one.id: one.name for one in PLAYERS}
        most = max(desks, key=lambda one: Fraction(desks[one].rejected, desks[one].given))
        least = max(desks, key=lambda one: Fraction(desks[one].untouched, desks[one].given))
        self.say(
            f"{names[most]} gives {_share(desks[most].rejected, desks[most].given)} of his leads "
            f"back at once, {desks[most].silent} times without a word. {names[least]} leaves "
            f"{_share(desks[least].untouched, desks[least].given)} of his untouched; each was "
            "taken from him."
        )

    def kept(self, kept: Kept) -> None:
        """Tell who waited and why, which clocks ran out, and what else the agreement did."""
        self.title("The agreement at work: who waited, and then got a rep")
        table(
            self.console,
            ("because", ">leads", "for example", "for", "then with"),
            (
                (REASONS[reason], row["leads"], row["who"], _hours(row["hours"]), row["rep"])
                for reason, row in kept.line.items()
                if row["leads"]
            ),
        )
        self.say(
            f"{kept.clocks['in time']} hand-overs were touched in time, {kept.clocks['late']} were "
            f"not. {kept.breaches} clocks ran out in all; of each the rep and the manager heard at "
            f"once, with all that is known of the lead. Reps whose lead read what buyers read were "
            f"told {kept.signals} times. Asked for us while they rested, and went "
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
            f"HubSpot and {told.opted_out_in.get('sales', 0)} with their rep; both systems know. "
            f"{told.events['lead_merged']} doubles were merged, and their leads with them. "
            f"{waits or 'No'} pieces of work wait for a person. All of it took {calls}."
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

    def proof(self, told: Numbers, faults: Sequence[str]) -> None:
        """Say what was checked, and what is wrong."""
        self.title("Checked")
        seen = (f"{kind} {times}" for kind, times in happened(told).items())
        self.say("Each of these happened: " + ", ".join(seen) + ".")
        if faults:
            for one in faults:
                self.console.print(Text(f"WRONG: {one}", style="bold red"))
            return
        self.say(
            "Nothing was made twice, opt-outs agree in both systems, and the "
            f"{_euro(revenue(told))} EUR won in Salesforce stand on HubSpot's records to the cent."
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


def _how(outcomes: dict[str, int]) -> str:
    names = {"stale_untouched": "untouched", "stale_idle": "idle", "lost": "deal lost"}
    return ", ".join(f"{names.get(one, one)} {number}" for one, number in outcomes.items())


def _back(desk: Desk) -> tuple[int, int, int, int]:
    return desk.rejected, desk.returned, desk.silent, desk.untouched


def _between(found: dict[str, dict[str, int]]) -> str:
    """Why, and how often, leads went back to their caller."""
    why: Counter[str] = Counter()
    for reasons in found.values():
        why.update(reasons)
    return ", ".join(f"{plain(reason)} {n}" for reason, n in why.most_common()) or "none"


def _euro(amount: Decimal) -> str:
    return f"{amount:,.0f}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part // max(1, whole)} %"


def _within(hours: float) -> str:
    return "at once" if hours < 1 / 60 else f"within {_hours(hours)}"


def _hours(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
