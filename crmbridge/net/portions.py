"""How many records to ask for at once: fewer where too much came, down to one, which is named.

One record with a text too long, or a page too slow, must not stop what stands behind it for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from crmbridge.errors import ConnectorError, Refused, Unavailable
from crmbridge.net.verdict import TOO_LARGE

T = TypeVar("T")

GROW = 8
"""Pages in a row that come through before more is asked for again."""
LATE_STEP = 32
"""A page that was too slow is cut to this part at once: each try costs a whole timeout, and a read
is tried three times."""
DOUBTED = 5
"""Records in a row that may be blamed before any other came through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion(Generic[T]):
    """An answer to a question for `size` records.

    `blank` says that it names one record and carries no values, because an answer with them
    cannot be taken.
    """

    answer: T
    size: int
    blank: bool = False


_CODES = frozenset(f"{word}_{status}" for status in TOO_LARGE for word in ("http", "HTTP"))


def too_large(error: object) -> bool:
    """Whether an answer is larger than we take, or than the vendor gives."""
    if isinstance(error, Refused):
        return error.code in _CODES
    return isinstance(error, Unavailable) and error.large


def too_late(error: object) -> bool:
    """Whether the vendor took a call and gave no whole answer in time."""
    return isinstance(error, Unavailable) and error.late


def too_much(error: object) -> bool:
    """Whether asking for less may help."""
    return too_large(error) or too_late(error)


def by_halves(values: Sequence[str], ask: Callable[[Sequence[str]], list[T]]) -> list[T]:
    """Look values up together, by halves where the answer is too large; raises for a single one."""
    try:
        return ask(values)
    except ConnectorError as error:
        if len(values) < 2 or not too_large(error):
            raise
    half = len(values) // 2
    return by_halves(values[:half], ask) + by_halves(values[half:], ask)


class Portions:
    """The sizes of one read, which asks for `most` records at once as long as they come.

    `late` is what the reader keeps of pages that were too slow, by `name`: such a page may be the
    vendor's bad moment, so its error leaves, and the next read asks for less.
    """

    def __init__(self, most: int, late: dict[str, int], name: str) -> None:
        self.most = most
        self._late, self._name = late, name
        self.size = late.get(name, most)
        self._good = 0
        self._proven = False
        self._carried: list[str] = []
        self._error: ConnectorError | None = None

    @property
    def whole(self) -> bool:
        """Whether as much is asked for as the vendor gives."""
        return self.size == self.most

    def ask(self, full: Callable[[int], T], thin: Callable[[], T]) -> Portion[T]:
        """Ask for records with their values, for fewer as long as that is too much.

        `full` takes the number of records. `thin` asks for the next one alone without its values:
        it tells which record cannot be taken, and that the vendor is there at all. Raises what
        either raises.
        """
        while True:
            size = self.size
            try:
                answer = full(size)
            except ConnectorError as error:
                if not too_much(error):
                    raise
                if size == 1:
                    self._good, self._error = 0, error
                    return Portion(answer=thin(), size=1, blank=True)
                self.smaller(error)
                continue
            self._came()
            return Portion(answer=answer, size=size)

    def smaller(self, error: ConnectorError) -> None:
        """Ask for less from now on; raises the error of a page that was too slow."""
        if too_late(error):
            self.be_late()
            raise error
        self._good, self.size = 0, max(1, self.size // 2)

    def be_late(self) -> None:
        """Let the next read of this name ask for much less."""
        self._good, self.size = 0, max(1, self.size // LATE_STEP)
        self._late[self._name] = self.size

    def _came(self) -> None:
        self._good, self._proven = self._good + 1, True
        if self._good >= GROW and not self.whole:
            self.size, self._good = min(self.most, self.size * 2), 0
            self._late.pop(self._name, None)

    def told(self, portion: Portion[T], ids: Iterable[str], *, more: bool) -> list[str] | None:
        """Return the ids of records to name as not taken with this page.

        `None` says that the page is kept back: it names a record that may not be to blame, as
        nothing has come through yet that would show that the question is right. Raises the last
        error when too many in a row would be blamed: then it is not the records.
        """
        if portion.blank:
            self._carried += ids
            sure = self._proven or (isinstance(self._error, Unavailable) and self._error.large)
            if not sure and len(self._carried) > DOUBTED and self._error is not None:
                raise self._error
            if not sure and more:
                return None
        else:
            self._carried += ids
        found, self._carried = self._carried, []
        return found
