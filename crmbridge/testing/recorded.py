"""Calls of a contract run as a real server answered them, kept in a file and played back.

A recording stands in for the server behind the fault proxy, where none can start. Our keys are new
in each run, so a recording holds the first, the second and so on instead, and gives back those of
the run. Addresses of people who are not made up are masked, and so are the tokens of a login. No
header of a call is kept: the credential travels in one.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from crmbridge.testing.upstream import Asked, Told, Upstream

KEPT = ("content-type", "date")
"""Headers of an answer that are kept: its form, and the server's clock."""
Cut = tuple[re.Pattern[str], str]
"""What is cut out of calls and answers, and what stands there instead."""

_KEY = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])")
_PLACE = re.compile(r"<key (\d+)>")
_MADE_UP = r"(?:[\w-]+\.)*example(?:\.(?:com|org|net))?(?![\w.-]*\w)"
_ADDRESS = re.compile(rf"[\w.'+%-]+(@|%40)(?!{_MADE_UP})[\w-]+(?:\.[\w-]+)+")
"""An address of a domain that may be somebody's, also in a path: none that is kept for examples."""
MASK = re.compile(r"(?<![\w.+-])[0-9a-f]{12}@example\.com")
"""What stands for an address."""


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?')


_SECRET = r"access_token|refresh_token|id_token|client_secret|assertion|password|api_key"
SECRETS: Sequence[Cut] = (
    (re.compile(rf'("(?:{_SECRET})"\s*:\s*")[^"]+(?=")'), r"\1s3cret"),
    (re.compile(rf"(?<![\w-])((?:{_SECRET})=)[^&\s\"]+"), r"\1s3cret"),
)
"""What lets somebody in, as a call or an answer of a login holds it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its answer, as text."""

    method: str
    path: str
    body: str
    status: int
    headers: Mapping[str, str]
    answer: str


@dataclass(slots=True)
class Recording:
    """The exchanges of a run by the name of the test that made them.

    `cuts` go over all texts before they are kept, and over the calls of a run that plays back.
    """

    cuts: Sequence[Cut] = ()
    scenes: dict[str, list[Exchange]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, cuts: Sequence[Cut] = ()) -> Recording:
        """Read a recording back; see `save`."""
        with gzip.open(path, "rt", encoding="utf-8") as file:
            texts: list[str] = json.loads(file.readline())
            rows = [json.loads(line) for line in file]
        scenes: dict[str, list[Exchange]] = {}
        for row in rows:
            told = {"body": texts[row["body"]], "answer": texts[row["answer"]]}
            scenes.setdefault(row.pop("scene"), []).append(Exchange(**{**row, **told}))
        return cls(cuts, scenes)

    def save(self, path: Path) -> None:
        """Write the file: a line with all texts, each once, then a line for each exchange."""
        made = [(name, one) for name, some in sorted(self.scenes.items()) for one in some]
        texts = list(dict.fromkeys(text for _, one in made for text in (one.body, one.answer)))
        places = {text: number for number, text in enumerate(texts)}
        lines = [json.dumps(texts, ensure_ascii=False)]
        lines += [_line(name, one, places) for name, one in made]
        data = "\n".join(lines).encode()
        path.write_bytes(gzip.compress(data, mtime=0))  # the same run gives the same file

    def record(self, name: str, upstream: Upstream) -> Upstream:
        """Return an upstream that keeps what another one answers, as the scene of a name."""
        self.scenes[name] = []
        return _Recorder(upstream, self.scenes[name], self.clean)

    def replay(self, name: str) -> Upstream:
        """Return an upstream that answers as it was recorded; raises `KeyError` for no scene."""
        return _Player(self.scenes[name], self.clean)

    def clean(self, text: str) -> str:
        """Return a text without addresses and secrets, and without what the cuts find."""
        text = each_string(text, lambda one, _: _ADDRESS.sub(_masked, one))
        for pattern, instead in (*SECRETS, *self.cuts):
            text = pattern.sub(instead, text)
        return text


def each_string(text: str, change: Callable[[str, bool], str]) -> str:
    """Return some JSON with its texts changed and all else as it was, to the byte.

    `change` is told of each text whether it is the name of a member. A text that is no JSON is
    changed as a whole.
    """
    try:
        json.loads(text)
    except ValueError:
        return change(text, False)

    def changed(found: re.Match[str]) -> str:
        behind = found[1] or ""
        raw = found[0].removesuffix(behind)
        held = json.loads(raw)
        told = change(held, bool(behind))
        return found[0] if told == held else json.dumps(told, ensure_ascii="\\u" in raw) + behind

    return _STRING.sub(changed, text)


def _masked(found: re.Match[str]) -> str:
    """An address that stands for one, the same each time and in each spelling."""
    told = unquote(found[0]).lower()
    return f"{hashlib.sha256(told.encode()).hexdigest()[:12]}{found[1]}example.com"


def _line(name: str, one: Exchange, places: Mapping[str, int]) -> str:
    told: dict[str, Any] = {"scene": name, "method": one.method, "path": one.path}
    told |= {"body": places[one.body], "status": one.status, "headers": dict(one.headers)}
    return json.dumps({**told, "answer": places[one.answer]}, separators=(",", ":"))


class _Keys:
    """Our keys of a run by the order in which they came."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def hidden(self, text: str) -> str:
        """Return a text with places for its keys."""
        return _KEY.sub(lambda found: f"<key {self._place(found[0])}>", text)

    def shown(self, text: str) -> str:
        """Return a text with the keys of this run in their places."""
        keys = {str(place): key for key, place in self._known.items()}
        return _PLACE.sub(lambda found: keys.get(found[1], found[0]), text)

    def _place(self, key: str) -> int:
        return self._known.setdefault(key, len(self._known))


class _Recorder:
    def __init__(
        self, upstream: Upstream, scene: list[Exchange], clean: Callable[[str], str]
    ) -> None:
        self._upstream, self._scene, self._clean = upstream, scene, clean
        self._keys = _Keys()

    def ask(self, asked: Asked) -> Told:
        told = self._upstream.ask(asked)
        headers = {name: told.headers[name] for name in KEPT if name in told.headers}
        path, body, answer = (
            self._keys.hidden(self._clean(text))
            for text in (asked.path, asked.body.decode(), told.body.decode())
        )
        self._scene.append(Exchange(asked.method, path, body, told.status, headers, answer))
        return told


class _Player:
    def __init__(self, scene: Iterable[Exchange], clean: Callable[[str], str]) -> None:
        self._left, self._clean = list(scene), clean
        self._keys = _Keys()

    def ask(self, asked: Asked) -> Told:
        """Answer by the first exchange of this call that was not played yet."""
        path, body = (
            self._keys.hidden(self._clean(text)) for text in (asked.path, asked.body.decode())
        )
        call = (asked.method, path, body)
        for place, one in enumerate(self._left):
            if (one.method, one.path, one.body) == call:
                del self._left[place]
                answer = self._keys.shown(one.answer).encode()
                return Told(status=one.status, headers=one.headers, body=answer)
        raise OSError(f"no recording of {asked.method} {path} as it is asked for now")
