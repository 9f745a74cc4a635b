"""Plain text in a field that holds HTML, and back again without a change."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

_BLOCKS = frozenset(
    [
        *("p", "div", "li", "ul", "ol", "tr", "table", "blockquote", "pre"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
    ]
)
"""Elements that begin a line of their own."""
_SILENT = frozenset({"script", "style", "head", "title"})


def to_html(text: str) -> str:
    """Return text as one paragraph; line breaks become `<br>`, an empty text stays empty."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return f"<p>{'<br>'.join(escape(line, quote=False) for line in lines)}</p>" if text else ""


def to_text(html: str) -> str:
    """Return the text of HTML, a line for each paragraph, list item and `<br>`.

    What `to_html` made comes back as it was, but that all line breaks are line feeds.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: str | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self._end_block()
        elif tag == "br":
            self._lines.append(self._line or "")
            self._line = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self._end_block()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line = (self._line or "") + data

    def text(self) -> str:
        self._end_block()
        return "\n".join(self._lines)

    def _end_block(self) -> None:
        if self._line is not None:
            self._lines.append(self._line)
        self._line = None
