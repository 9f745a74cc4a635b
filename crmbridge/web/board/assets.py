"""The files that pages load, from this host alone; browsers keep them for a year."""

from __future__ import annotations

import gzip
import re
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from crmbridge.report.frame.charts import library

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
OWN = ("board.css", "board.js", "mark.svg")
PLOTLY, PLOTLY_STYLE = "plotly.js", "plotly.css"
NAMES = (*OWN, PLOTLY, PLOTLY_STYLE)

_MAPS = re.compile(r'getElementById\("([0-9a-f]{32,})"\)')
_RULES = re.compile(r'\{"X,X div":(?:"[^"]*"|\'[^\']*\'|[:,]|[^{}"\'])*\}')
_RULE = re.compile(r'"(X[^"]*)":(?:"([^"]*)"|\'([^\']*)\')')


@cache
def text_of(name: str) -> str:
    """Return a file's text. Raises `KeyError` for one that no page loads."""
    if name == PLOTLY:
        return library()
    if name == PLOTLY_STYLE:
        return style_of(library())
    if name not in OWN:
        raise KeyError(name)
    place = files("crmbridge.web.board").joinpath("static", name)
    return place.read_text(encoding="utf-8")


def style_of(code: str) -> str:
    """Return the style rules that plotly would put into the page itself, as a file.

    The page's policy forbids styles in the page; plotly puts none in where an element with the id
    of its own has the class `no-inline-styles`. In its code the rules are a table in which `X`
    stands for the chart. Returns nothing for a plotly that has none: a browser test sees that.
    """
    found = _RULES.search(code)
    rules = _RULE.findall(found[0]) if found else ()
    return "".join(
        f"{where.replace('X', '.js-plotly-plot .plotly')}{{{one or other}}}\n"
        for where, one, other in rules
    )


@cache
def map_styles() -> tuple[str, ...]:
    """Return the ids of styles that plotly's maps would put into the page, maps or none.

    They are left out where the page has elements with these ids already.
    """
    return tuple(dict.fromkeys(_MAPS.findall(library())))


@cache
def mark_of(name: str) -> str:
    """A short mark of what is in a file, which its address carries."""
    return sha256(text_of(name).encode()).hexdigest()[:12]


def address_of(name: str) -> str:
    """A file's address; another content has another one."""
    return f"/static/{mark_of(name)}/{name}"


@cache
def _small(name: str) -> bytes:
    return gzip.compress(text_of(name).encode(), compresslevel=9, mtime=0)


def serve(request: Request) -> Response:
    """Answer with a file; 404 for a name that is none."""
    name, mark = request.path_params["name"], request.path_params["mark"]
    if name not in NAMES:
        return PlainTextResponse("no such file\n", 404)
    kept = FOREVER if mark == mark_of(name) else "no-store"
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    kind = KINDS[name.rpartition(".")[2]]
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(_small(name), headers=headers, media_type=kind)
    return Response(text_of(name), headers=headers, media_type=kind)
