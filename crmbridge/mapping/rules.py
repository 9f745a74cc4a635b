"""Which rule each fact of a mapping has, and lines that leave it open or make it pointless."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.mapping.check.tables import people_tables
from crmbridge.mapping.schema import FieldMap, Mapping
from crmbridge.mapping.words import is_fact
from crmbridge.model.authority import KEEPING, Authority
from crmbridge.model.side import PAIR


def rules_of(mapping: Mapping) -> dict[str, Authority]:
    """The rule of each word that has one: that of [authority], else that of its first line."""
    found = dict(mapping.authority)
    for word, _, line in lines_of_facts(mapping):
        if line.authority is not None:
            found.setdefault(word, line.authority)
    return found


def lines_of_facts(mapping: Mapping) -> Iterator[tuple[str, str, FieldMap]]:
    """Yield (word, table, line) for each fact in each table of people, marketing's first."""
    for side, spec in mapping.systems():
        for table, person in people_tables(side, spec):
            for word, line in person.fields.items():
                if is_fact(word):
                    yield word, table, line


def faults_of_rules(mapping: Mapping) -> Iterator[str]:
    """Yield rules that two lines contradict, and pointless ones, each with its line.

    A rule is pointless where one side never tells the word: there is nothing to decide between.
    """
    for word in sorted(rules_of(mapping)):
        named = list(_places(mapping, word))
        yield from _contradiction(word, named)
        yield from _pointless(mapping, word, *named[0])


def _places(mapping: Mapping, word: str) -> Iterator[tuple[str, Authority]]:
    """Yield each line that gives a word a rule, and the rule."""
    if word in mapping.authority:
        yield f"authority.{word}", mapping.authority[word]
    for name, table, line in lines_of_facts(mapping):
        if name == word and line.authority is not None:
            yield f"{table}.fields.{word}.authority", line.authority


def _contradiction(word: str, named: list[tuple[str, Authority]]) -> Iterator[str]:
    place, rule = named[0]
    for other, another in named[1:]:
        if another != rule:
            yield (
                f"{other}: {another!r} contradicts {place} = {rule!r}: {word} has one rule on both "
                f"sides. Leave it in one of the two places, best in [authority]"
            )


def _pointless(mapping: Mapping, word: str, place: str, rule: Authority) -> Iterator[str]:
    lines = [(table, line) for name, table, line in lines_of_facts(mapping) if name == word]
    telling = {table.partition(".")[0] for table, line in lines if line.reads}
    for side in PAIR if len(telling) < 2 else ():
        mine = [(table, line) for table, line in lines if table.startswith(f"{side}.")]
        if not any(line.reads for _, line in mine):
            yield _silent(word, place, rule, side, mine)
            return
    if rule in KEEPING and not any(line.writes for _, line in lines):
        yield (
            f"{place}: {rule!r} says what may be written over, and {word} is written to neither "
            'side: every line of it has way = "in". Take the rule out, or make a line "both"'
        )


def _silent(
    word: str, place: str, rule: Authority, side: str, mine: list[tuple[str, FieldMap]]
) -> str:
    """Say that one side never tells a word, with its line if it has one."""
    if not mine:
        return (
            f"{place}: {rule!r} has nothing to decide: {side} has no line for {word}. Add one "
            f"under [{side}.lead.fields], or take the rule out"
        )
    table, _ = mine[0]
    return (
        f"{place}: {rule!r} has nothing to decide: {table}.fields.{word} only goes out, so {side} "
        'never tells it. Make that line way = "both", or take the rule out'
    )
