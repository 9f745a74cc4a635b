"""Finds the fields for which a vendor refuses a row without naming any, and writes the others.

No value is sent again that the vendor took, and no record is made without what it must have. Of
rows that are refused in the same words the first is narrowed; the others are without its culprits,
and one that has none of them is narrowed too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crmbridge.errors import ConnectorError, RefusalCause, Refused, Throttled, Unknown
from crmbridge.model.record import Outcome, Row, Written

CALLS = 40
"""Calls that one batch is narrowed with at most; rows beyond that wait for the next."""
OF_A_FIELD = frozenset({None, RefusalCause.FIELD, RefusalCause.NO_FIELD, RefusalCause.DUPLICATE})
"""Causes of refusals that may be about a field, so that leaving fields out may help."""


def nameless(row: Row, written: Written) -> bool:
    """Whether a row was refused as a whole, for a field that may be found."""
    return (
        written.outcome is Outcome.REFUSED
        and not written.field
        and written.cause in OF_A_FIELD
        and bool(row.values)
    )


@dataclass(slots=True, kw_only=True)
class Narrowing:
    """One batch's refusals: `write` sends rows, `left` are the calls that may still be made.

    `lessons` are the fields at fault by the vendor's code and words; none where it takes no field.
    """

    write: Callable[[Sequence[Row]], list[Written]]
    left: int = CALLS
    lessons: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def narrow(self, row: Row, refused: Written, needed: frozenset[str]) -> Written:
        """Write all of a row but what the vendor refuses; `needed` fields go together and first.

        Returns the refusal where nothing can be written, else a result that is done and names the
        fields that it was done without. It is unknown, or is to be sent again, where that is so of
        any part of the row.
        """
        why = (refused.code, refused.message)
        lesson = self.lessons.get(why)
        known = (lesson or frozenset()) & (row.values.keys() - needed)
        if known or lesson == frozenset():
            return replace(refused, field=",".join(sorted(known)))
        state = _State(row=row, refused=refused)
        first = [name for name in row.values if name in needed]
        rest = [name for name in row.values if name not in needed]
        if first or not row.id:
            if not first or not self._part(state, first):
                return state.stopped or refused
            self._fields(state, rest)
        else:
            self._halves(state, rest)
        if state.stopped is None and (state.bad or not state.done):
            self.lessons[why] = frozenset(state.bad if state.done else ()) | (lesson or frozenset())
        return state.result()

    def _fields(self, state: _State, names: Sequence[str]) -> None:
        """Write fields; those that are refused together are tried by halves."""
        if not names or state.stopped is not None or self._part(state, names):
            return
        if len(names) == 1 and state.stopped is None:
            state.bad.append(names[0])
        elif state.stopped is None:
            self._halves(state, names)

    def _halves(self, state: _State, names: Sequence[str]) -> None:
        middle = len(names) // 2
        self._fields(state, names[:middle])
        self._fields(state, names[middle:])

    def _part(self, state: _State, names: Sequence[str]) -> bool:
        """Write some fields of a row; return whether the vendor took them."""
        if self.left <= 0:
            state.stop(_out_of_calls(state.row))
            return False
        self.left -= 1
        row = state.part(names)
        try:
            (told,) = self.write([row])
        except Refused:
            return False
        except ConnectorError as error:
            state.stop(_open(state.row, error))
            return False
        return state.note(told)


@dataclass(slots=True, kw_only=True)
class _State:
    """How far the narrowing of one row has come."""

    row: Row
    refused: Written
    done: Written | None = None
    stopped: Written | None = None
    bad: list[str] = field(default_factory=list)

    def part(self, names: Sequence[str]) -> Row:
        """Some fields of the row, for the record that it has by now."""
        values = {name: self.row.values[name] for name in names}
        return replace(self.row, values=values, id=self.done.id if self.done else self.row.id)

    def note(self, told: Written) -> bool:
        """Take in what became of a part; return whether it was written."""
        if told.outcome is Outcome.DONE:
            created = told.created or (self.done is not None and self.done.created)
            self.done = replace(told, created=created)
            return True
        if told.outcome is not Outcome.REFUSED:
            self.stop(told)
        return False

    def stop(self, told: Written) -> None:
        """Go no further: what became of the row is not known, or waits."""
        self.stopped = told

    def result(self) -> Written:
        """What became of the whole row."""
        if self.stopped is not None:
            return self.stopped
        if self.done is None:
            return self.refused  # no field at all is taken: it is not about one of them
        return replace(
            self.done,
            without=tuple(self.bad),
            code=self.refused.code if self.bad else self.done.code,
            message=self.refused.message if self.bad else self.done.message,
            cause=self.refused.cause if self.bad else self.done.cause,
        )


def _open(row: Row, error: ConnectorError) -> Written:
    """The result of a row of which a part did not go, or went nobody knows where."""
    lost = isinstance(error, Unknown)
    return Written(
        op=row.op,
        outcome=Outcome.UNKNOWN if lost else Outcome.LATER,
        id=row.id,
        code=type(error).__name__,
        message=str(error),
        retry_after=error.retry_after if isinstance(error, Throttled) else 0.0,
    )


def _out_of_calls(row: Row) -> Written:
    why = "the field at fault is looked for with the next batch"
    return Written(op=row.op, outcome=Outcome.LATER, id=row.id, code="NARROWING", message=why)


def narrowed(
    rows: Mapping[str, Row],
    written: Sequence[Written],
    needed: Mapping[str, frozenset[str]],
    write: Callable[[Sequence[Row]], list[Written]],
) -> list[Written]:
    """Results in which rows that were refused without a field's name are narrowed, in order."""
    work = Narrowing(write=write)
    out = []
    for one in written:
        row = rows.get(one.op)
        if row is not None and nameless(row, one):
            alone = row.id and len(row.values) == 1
            named = replace(one, field=next(iter(row.values), ""))
            out.append(named if alone else work.narrow(row, one, needed[one.op]))
        else:
            out.append(one)
    return out
