"""Where an account of the contract stands: at a server, whose answers are kept, or at those."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from crmbridge.testing import persons
from crmbridge.testing.contract.account import Account
from crmbridge.testing.recorded import Cut, Recording
from crmbridge.testing.upstream import Server, Upstream

FILE = "contract.jsonl.gz"
"""The recording of a contract run, in a folder of recordings."""
ADDRESS = "BASE_URL"
"""The credential that is an address, and no secret."""
SHORT = 6
"""Characters below which a credential is none: it would be found in any text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What an account is opened at: all its calls go to `upstream`, those of people too.

    `secrets` are the true credentials, for the proxy alone; a recording has none. `aside` is a
    second way to the server, whose calls are not kept: at a recording there is none, and no time
    need pass.
    """

    upstream: Upstream
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    aside: Upstream | None = None


Found = TypeVar("Found", bound=Account)
Opens = Callable[[Stand], AbstractContextManager[Found]]


@contextmanager
def served(
    opens: Opens[Found], url: str, secrets: Mapping[str, str], recording: Recording, scene: str
) -> Iterator[Found]:
    """Give an account at a server, and keep its calls as a scene."""
    with closing(Server(url)) as server, closing(Server(url)) as aside:
        live = recording.record(scene, server)
        with opens(Stand(upstream=live, secrets=secrets, aside=aside)) as account:
            yield account


@contextmanager
def replayed(opens: Opens[Found], recording: Recording, scene: str) -> Iterator[Found]:
    """Give an account at a scene that was recorded; without it the test is left out, and says so.

    A test that is younger than the recording has no scene in it.
    """
    if scene not in recording.scenes:
        pytest.skip("no scene of this test was recorded; record the contract anew on the server")
    with opens(Stand(upstream=recording.replay(scene))) as account:
        yield account


class Tape:
    """The scenes of one run at a server, which holds persons until they are saved.

    `fields` are the vendor's fields of persons; those of the accounts come to them.
    """

    def __init__(
        self, url: str, secrets: Mapping[str, str], fields: frozenset[str], cuts: Sequence[Cut] = ()
    ) -> None:
        self._url, self._secrets, self._fields = url, secrets, set(fields)
        own = [value for name, value in secrets.items() if name != ADDRESS and len(value) >= SHORT]
        true = [(re.compile(re.escape(one)), "s3cret") for one in own]
        self._recording = Recording((*cuts, *true))

    @contextmanager
    def served(self, opens: Opens[Found], scene: str) -> Iterator[Found]:
        """Give an account at the server, and keep its calls as a scene."""
        with served(opens, self._url, self._secrets, self._recording, scene) as account:
            self._fields |= {account.name_field, account.email_field, *account.persons}
            yield account

    def save(self, path: Path) -> str:
        """Write the file without persons; return what was masked, for people to read."""
        scenes, count = persons.masked(self._recording.scenes, self._fields)
        Recording(self._recording.cuts, scenes).save(path)
        bare = sum(not persons.is_read(one) for some in scenes.values() for one in some)
        named = ", ".join(sorted(self._fields - {""}))
        told = f"Masked: {count} values of persons, found in {named} and in addresses of e-mail."
        if bare:
            told += f" In {bare} answers that are no JSON, addresses alone."
        return told
